namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Twenty faults drawn from a seed. Two hundred and more: <c>benchmarks -- chaos --faults 200</c>.</summary>
public sealed class ChaosTests : IDisposable
{
    private const int Seed = 2026;
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Twenty_random_faults_change_nothing()
    {
        await using var run = await ChaosRun.StartAsync(_folder, Seed, line => TestContext.Current.SendDiagnosticMessage(line));

        var outcome = await run.RunAsync(20, TimeSpan.FromMinutes(3));

        outcome.Violations().ShouldBeEmpty($"seed {Seed}\n{string.Join('\n', outcome.Faults)}");
        outcome.Faults.Count.ShouldBe(20);
    }
}
