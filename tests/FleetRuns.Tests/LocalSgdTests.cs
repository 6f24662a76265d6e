using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Local SGD with real processes: a round is a step, and nothing that happens to workers changes it.</summary>
public sealed class LocalSgdTests : IDisposable
{
    private const int Rounds = 6;
    private const int LocalSteps = 3;
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_killed_worker_and_a_resume_by_others_reach_the_state_of_one_worker()
    {
        var images = TestImages.Make(_folder);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(3);
        var alone = await fleet.SubmitAsync(JobOf(images, 1));
        var (expected, steps) = await fleet.FollowAsync(alone.Id, timeoutSeconds: 120);
        var first = JobOf(images, 3);
        first.Checkpoint = new() { StopAfterStep = 4 };
        var submitted = await fleet.SubmitAsync(first);
        var (paused, _) = await fleet.FollowAsync(submitted.Id, TestFleet.At(1, () => fleet.Workers[1].Signal("KILL")), timeoutSeconds: 120);
        expected.State.ShouldBe(TrainingJob.Types.State.Succeeded, expected.Message);
        paused.State.ShouldBe(TrainingJob.Types.State.Paused, paused.Message);
        var rest = JobOf(images, 2);
        rest.Checkpoint = new() { ResumeFrom = Path.Combine(paused.OutputUri, "checkpoints", "last.safetensors") };

        var resumed = await fleet.SubmitAsync(rest);
        var (end, _) = await fleet.FollowAsync(resumed.Id, timeoutSeconds: 120);

        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
        end.Result.StateHash.ShouldBe(expected.Result.StateHash);
        var samples = expected.Result.Samples;
        (samples.Committed, samples.Verified, samples.Lost, samples.RepeatedCount).ShouldBe((Rounds * LocalSteps * 32, Rounds * LocalSteps * 32, 0, 0));
        steps.Select(step => step.LearningRate).ShouldBe(Enumerable.Range(0, Rounds).Select(round => Rate(round * LocalSteps)), 1e-9);
    }

    // 18 batches in all: one of warm-up, then half a cosine; the rate is that of a replica's 8 images.
    private static double Rate(int batch)
    {
        const double Base = 0.06 * 8 / 256;
        return batch == 0 ? Base : 0.5 * Base * (1 + Math.Cos(Math.PI * (batch - 1) / 17));
    }

    private static TrainingJobSpec JobOf(string images, int workers)
    {
        var job = EqualBitsTests.JobOf(images, "moco", workers, Rounds);
        job.Train.BatchSize = 32;
        job.Sync = new() { Transport = JobVocabulary.TransportLocalSgd, LocalSteps = LocalSteps };
        return job;
    }
}
