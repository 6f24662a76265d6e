using LightlyCluster.Samples;
using LightlyCluster.SelfSupervised.Tests.Documentation;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Samples;

public sealed class SampleTests
{
    private const int LinesMaximum = 80;

    public static TheoryData<string> Names => [.. SampleCommand.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sample_runs_and_its_numbers_are_finite(string name)
    {
        using var scope = NewDisposeScope();
        set_num_threads(1);
        manual_seed(1);
        using var output = new StringWriter();

        var numbers = SampleCommand.All[name](new SampleContext(new DrawnShapes(36, 40), 12, 2, output));

        numbers.ShouldNotBeEmpty();
        numbers.ShouldAllBe(number => double.IsFinite(number));
        output.ToString().ShouldNotBeEmpty();
    }

    [Fact]
    public void No_sample_has_more_than_80_lines() =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "samples"), "*Sample.cs")
            .Where(file => Path.GetFileName(file) != "ConceptsSample.cs" && File.ReadLines(file).Count() > LinesMaximum)
            .ShouldBeEmpty();

    [Fact]
    public void Every_method_of_the_pages_has_a_sample() =>
        Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs", "methods"), "*.md")
            .Select(Path.GetFileNameWithoutExtension).Where(name => name != "README" && !SampleCommand.All.ContainsKey(name!))
            .ShouldBeEmpty();

    [Fact]
    public void An_unknown_name_lists_the_known_ones()
    {
        using var errors = new StringWriter();

        SampleCommand.Run(["simclear"], TextWriter.Null, errors).ShouldBe(2);

        errors.ToString().ShouldContain("simclear");
        errors.ToString().ShouldContain("barlow-twins");
        SampleCommand.Run([], TextWriter.Null, errors).ShouldBe(2);
        SampleCommand.Run(["list"], TextWriter.Null, errors).ShouldBe(0);
    }
}
