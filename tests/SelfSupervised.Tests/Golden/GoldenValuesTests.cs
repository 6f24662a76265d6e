namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Compares everything that the golden folder holds; the test runner's totals are compared, failed and skipped files.</summary>
[Trait("Category", "golden")]
public sealed class GoldenValuesTests(GoldenReport report) : IClassFixture<GoldenReport>
{
    public static TheoryData<string> Cases => [.. GoldenCase.Names()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Our_result_equals_the_value_that_lightly_computed(string name)
    {
        var golden = GoldenCase.Load(name);
        var reason = GoldenSkips.ReasonOf(golden);
        if (reason is not null)
        {
            report.Add(name, $"skipped ({golden.Target}: {reason})");
            Assert.Skip($"{golden.Target}: {reason}");
        }

        report.Add(name, "failed");
        Compare(golden);
        report.Add(name, "compared");
    }

    /// <summary>Throws unless our result equals the case's.</summary>
    internal static void Compare(GoldenCase golden)
    {
        var check = GoldenCheckCatalog.CheckOf(golden.Target);
        check.ShouldNotBeNull($"The target '{golden.Target}' is neither checked nor on the list of targets left out.");

        TorchSharp.torch.set_num_threads(1);
        using var scope = TorchSharp.torch.NewDisposeScope();
        check(golden);
    }
}
