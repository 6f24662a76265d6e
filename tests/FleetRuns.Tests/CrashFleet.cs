using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>
/// One fleet for all crash points: a redis-server for each role, a coordinator, two workers that stay well, and for each test the
/// process that is armed. Jobs are tiny: resnet-9 of width 0.125, 32 pixels, batches of 32 in 4 shards.
/// </summary>
public sealed class CrashFleet : IAsyncLifetime
{
    internal const string Name = "crash fleet";
    internal const int Steps = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private readonly Dictionary<(int Steps, double Width), string> _references = [];
    private TestFleet? _fleet;
    private string _images = "";
    private int _armed;

    internal TestFleet Fleet => _fleet!;

    public async ValueTask InitializeAsync()
    {
        _images = TestImages.Make(_folder);
        _fleet = await TestFleet.StartAsync(_folder, TestStore.Redis);
        _fleet.AddWorker("steady-1");
        _fleet.AddWorker("steady-2");
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Starts a worker that comes first in every plan and dies (or freezes) at a point.</summary>
    internal async Task<ChildProcess> ArmAsync(string points)
    {
        var id = $"armed-{++_armed:000}";
        var armed = Fleet.AddWorker(id, points);
        await Fleet.WorkersAreIdleAsync(id, "steady-1", "steady-2");
        return armed;
    }

    /// <summary>
    /// Submits a job that begins when as many workers are ready as it may have (0: all that come within a second), and goes on
    /// with one.
    /// </summary>
    internal async Task<TrainingJob> SubmitAsync(int workers, int steps = Steps, int checkpointEvery = 100, double width = 0.125, string transport = "redis")
    {
        await Fleet.WorkersAreIdleAsync("steady-1", "steady-2");
        return await Fleet.SubmitAsync(Specification(workers, steps, checkpointEvery, width, transport));
    }

    /// <summary>Requires that a job ended well, with the bits of an undisturbed worker, and every sample once.</summary>
    internal async Task ShouldBeWholeAsync(TrainingJob end, IReadOnlyList<StepMetrics> steps)
    {
        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, $"{end.Reason} {end.Message}");
        end.Result.Samples.Lost.ShouldBe(0);
        end.Result.Samples.RepeatedCount.ShouldBe(0);
        end.Result.Samples.Committed.ShouldBe(end.StepsTotal * 32);
        steps.Select(step => step.Step).ShouldBe(Enumerable.Range(1, (int)end.StepsTotal).Select(step => (long)step));
        end.Result.StateHash.ShouldBe(await UndisturbedHashAsync((int)end.StepsTotal, end.Spec.Backbone.Width));
    }

    internal TrainingJobSpec Specification(int workers, int steps = Steps, int checkpointEvery = 100, double width = 0.125, string transport = "redis") => new()
    {
        Data = new() { Path = _images, ImageSize = 32 },
        Method = new() { Name = "simclr" },
        Backbone = new() { Name = "resnet-9", Width = width },
        Train = new() { BatchSize = 32, Shards = 4, Steps = steps, Seed = 11 },
        Workers = workers == 0 ? new() { Min = 1 } : new() { Min = 1, Max = workers },
        Sync = new() { Transport = transport },
        Checkpoint = new() { Every = checkpointEvery },
        Evaluate = new() { Knn = false },
    };

    private async Task<string> UndisturbedHashAsync(int steps, double width)
    {
        if (!_references.TryGetValue((steps, width), out var hash))
        {
            var (end, _) = await Fleet.FollowAsync((await SubmitAsync(1, steps, width: width)).Id);
            end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
            _references.Add((steps, width), hash = end.Result.StateHash);
        }

        return hash;
    }
}
