using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Wire formats round, and the number of workers, deaths and checkpoints change nothing: real processes, equal bits.</summary>
public sealed class WireTests : IDisposable
{
    private const int Steps = 6;

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task In_every_wire_format_neither_workers_nor_deaths_nor_checkpoints_change_what_is_trained()
    {
        var images = TestImages.Make(_folder, imagesPerClass: 20);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(4);
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var wire in JobVocabulary.Wires)
        {
            hashes[wire] = (await RunAsync(fleet, JobOf(images, wire, 1))).Result.StateHash;
            foreach (var workers in wire == JobVocabulary.WireSingle ? [] : new[] { 2, 3, 4 })
            {
                (await RunAsync(fleet, JobOf(images, wire, workers))).Result.StateHash.ShouldBe(hashes[wire], $"{wire} with {workers} workers");
            }
        }

        hashes.Values.Distinct().Count().ShouldBe(JobVocabulary.Wires.Count, "each format rounds in its own way");
        foreach (var wire in new[] { JobVocabulary.WireBFloat16, JobVocabulary.WireInt8 })
        {
            var victim = fleet.AddWorker($"armed-{wire}", "worker.published@2");
            await fleet.WorkersAreIdleAsync("worker-0", "worker-1", "worker-2", "worker-3", $"armed-{wire}");
            var spec = JobOf(images, wire, 4);
            spec.Workers.Min = 1;
            var end = await RunAsync(fleet, spec);
            end.Result.StateHash.ShouldBe(hashes[wire], $"{wire} with a death");
            end.Result.Recoveries.ShouldHaveSingleItem();
            await victim.DisposeAsync();
        }

        await ResumeAsync(fleet, images, hashes);
    }

    private static async Task ResumeAsync(TestFleet fleet, string images, Dictionary<string, string> hashes)
    {
        var first = JobOf(images, JobVocabulary.WireInt8, 3);
        first.Checkpoint = new() { StopAfterStep = 3 };
        var paused = await RunAsync(fleet, first, TrainingJob.Types.State.Paused);
        var checkpoint = Path.Combine(paused.OutputUri, "checkpoints", "last.safetensors");
        var rest = JobOf(images, JobVocabulary.WireInt8, 2);
        rest.Checkpoint = new() { ResumeFrom = checkpoint };
        (await RunAsync(fleet, rest)).Result.StateHash.ShouldBe(hashes[JobVocabulary.WireInt8]);
        var other = JobOf(images, JobVocabulary.WireBFloat16, 2);
        other.Checkpoint = new() { ResumeFrom = checkpoint };

        var refused = await RunAsync(fleet, other, TrainingJob.Types.State.Failed);

        refused.Message.ShouldContain("was trained with sync.wire int8, the job says bf16");
    }

    private static async Task<TrainingJob> RunAsync(
        TestFleet fleet, TrainingJobSpec spec, TrainingJob.Types.State wanted = TrainingJob.Types.State.Succeeded)
    {
        var job = await fleet.SubmitAsync(spec);
        var (end, _) = await fleet.FollowAsync(job.Id, timeoutSeconds: 120);
        end.State.ShouldBe(wanted, $"{end.Reason} {end.Message}");
        return end;
    }

    private static TrainingJobSpec JobOf(string images, string wire, int workers) => new()
    {
        Data = new() { Path = images, ImageSize = 32 },
        Method = new() { Name = "simclr" },
        Backbone = new() { Name = "resnet-9", Width = 0.25 },
        Train = new() { BatchSize = 32, Shards = 4, Steps = Steps, Seed = 7 },
        Workers = new() { Min = workers, Max = workers },
        Sync = new() { Wire = wire },
        Evaluate = new() { Knn = false },
    };
}
