using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Embedding jobs on real processes: the same bytes for any number of workers, whatever happens to them.</summary>
public sealed class EmbeddingJobTests : IDisposable
{
    private const int BlockImages = 4;
    private const int Blocks = 40;
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(TestStore.Embedded)]
    [InlineData(TestStore.Redis)]
    public async Task Neither_the_number_of_workers_nor_a_killed_one_changes_a_byte(string store)
    {
        var images = TestImages.Make(_folder);
        await using var fleet = await TestFleet.StartAsync(_folder, store);
        fleet.AddWorkers(1);
        var weights = await TrainAsync(fleet, images);
        var (alone, _) = await EmbedAsync(fleet, images, weights, "alone.npy", 1);
        fleet.AddWorkers(2);
        var (together, steps) = await EmbedAsync(fleet, images, weights, "together.npy", 3);
        var isKilled = false;
        var (bereaved, _) = await EmbedAsync(fleet, images, weights, "bereaved.npy", 3, step =>
        {
            if (!isKilled)
            {
                isKilled = true;
                fleet.Workers[2].Signal("KILL");
            }
        });

        foreach (var job in new[] { alone, together, bereaved })
        {
            job.State.ShouldBe(TrainingJob.Types.State.Succeeded, $"{job.Reason}: {job.Message}");
        }

        steps.Select(step => step.Step).ShouldBe(Enumerable.Range(1, Blocks).Select(number => (long)number));
        together.Result.Workers.Count.ShouldBe(3);
        together.Result.Embedding.ImageCount.ShouldBe(160);
        foreach (var job in new[] { together, bereaved })
        {
            job.Result.Embedding.Digest.ShouldBe(alone.Result.Embedding.Digest);
            (await File.ReadAllBytesAsync(job.Result.Embedding.Uri)).ShouldBe(await File.ReadAllBytesAsync(alone.Result.Embedding.Uri));
        }

        Directory.GetFiles(fleet.Folder, "block-*", SearchOption.AllDirectories).ShouldBeEmpty();
    }

    [Fact]
    public async Task An_interrupted_job_keeps_its_blocks_and_the_next_one_goes_on_there()
    {
        var images = TestImages.Make(_folder);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(1);
        var weights = await TrainAsync(fleet, images);
        var (whole, _) = await EmbedAsync(fleet, images, weights, "whole.csv", 1);
        var blocks = Path.Combine(fleet.Folder, "parts.csv.blocks");
        var request = JobOf(images, weights, Path.Combine(fleet.Folder, "parts.csv"), 1);
        request.Checkpoint = new() { Uri = blocks };
        var job = await fleet.SubmitAsync(request);
        var (paused, _) = await fleet.FollowAsync(job.Id, async step =>
        {
            if (step.Step == 5)
            {
                await fleet.Jobs.PauseTrainingJobAsync(new() { Id = job.Id });
            }
        });
        var kept = Directory.GetFiles(blocks, "block-*").ToDictionary(path => path, File.GetLastWriteTimeUtc);
        var again = await fleet.SubmitAsync(request);
        var isReused = false;
        var (end, _) = await fleet.FollowAsync(again.Id, step =>
        {
            isReused |= step.Step == kept.Count && kept.All(entry => File.GetLastWriteTimeUtc(entry.Key) == entry.Value);
            return Task.CompletedTask;
        });

        paused.State.ShouldBe(TrainingJob.Types.State.Paused);
        kept.Count.ShouldBeInRange(5, Blocks - 1);
        isReused.ShouldBeTrue("blocks that were done have been computed again");
        end.Result.Embedding.Digest.ShouldBe(whole.Result.Embedding.Digest);
    }

    [Fact]
    public async Task What_cannot_be_embedded_fails_the_job_with_its_reason()
    {
        var images = TestImages.Make(_folder, imagesPerClass: 2);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(1);
        var weights = await TrainAsync(fleet, TestImages.Make(Path.Combine(_folder, "more")));
        await File.WriteAllTextAsync(Path.Combine(images, "class0", "000.png"), "no image");

        var (bad, _) = await EmbedAsync(fleet, images, weights, "bad.csv", 1);
        var wide = JobOf(images, weights, Path.Combine(fleet.Folder, "wide.csv"), 1);
        wide.Backbone.Width = 0.5;
        var (other, _) = await fleet.FollowAsync((await fleet.SubmitAsync(wide)).Id);
        var skipping = JobOf(images, weights, Path.Combine(fleet.Folder, "skip.csv"), 1);
        skipping.Data.OnError = "skip";
        var (skipped, _) = await fleet.FollowAsync((await fleet.SubmitAsync(skipping)).Id);

        (bad.State, bad.Reason).ShouldBe((TrainingJob.Types.State.Failed, "InvalidData"));
        bad.Message.ShouldContain("--on-error skip");
        (other.State, other.Reason).ShouldBe((TrainingJob.Types.State.Failed, "InvalidCheckpoint"));
        skipped.Result.Embedding.ImageCount.ShouldBe(7);
        skipped.Result.BadFiles.ShouldBe(["class0/000.png"]);
        File.Exists(Path.Combine(fleet.Folder, "bad.csv")).ShouldBeFalse();
    }

    private static async Task<string> TrainAsync(TestFleet fleet, string images)
    {
        var spec = EqualBitsTests.JobOf(images, "simclr", 1, steps: 2);
        spec.Evaluate = new() { Knn = false };
        var (end, _) = await fleet.FollowAsync((await fleet.SubmitAsync(spec)).Id);
        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
        return Path.Combine(end.OutputUri, "checkpoints", "last.safetensors");
    }

    private static async Task<(TrainingJob Job, IReadOnlyList<StepMetrics> Steps)> EmbedAsync(
        TestFleet fleet, string images, string weights, string name, int workers, Action<StepMetrics>? onBlock = null)
    {
        var job = await fleet.SubmitAsync(JobOf(images, weights, Path.Combine(fleet.Folder, name), workers));
        return await fleet.FollowAsync(job.Id, step =>
        {
            onBlock?.Invoke(step);
            return Task.CompletedTask;
        });
    }

    private static TrainingJobSpec JobOf(string images, string weights, string path, int workers) => new()
    {
        Data = new() { Path = images, ImageSize = 64 },
        Backbone = new() { Name = "resnet-9", Width = 0.125 },
        Embed = new() { Weights = weights, Out = path, BlockImages = BlockImages },
        // Three start; one of them may die without leaving too few.
        Workers = new() { Min = Math.Min(workers, 2), Max = workers },
    };
}
