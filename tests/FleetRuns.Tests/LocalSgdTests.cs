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
        var (expected, steps) = await RunAsync(JobOf(images, 1), 1);
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(3);
        var first = JobOf(images, 3);
        first.Checkpoint = new() { StopAfterStep = 4 };
        var submitted = await fleet.SubmitAsync(first);
        var (paused, _) = await fleet.FollowAsync(submitted.Id, TestFleet.At(1, () => fleet.Workers[1].Signal("KILL")), timeoutSeconds: 120);
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

    [Fact]
    public async Task A_round_that_is_larger_than_the_data_is_one_clear_error()
    {
        var job = JobOf(TestImages.Make(_folder), 1);
        job.Sync.LocalSteps = 1000;

        var (end, _) = await RunAsync(job, 1);

        (end.State, end.Reason).ShouldBe((TrainingJob.Types.State.Failed, "InvalidData"));
        end.Message.ShouldContain("fewer than one round of 1000 local steps with 32 images each. Lower sync.localSteps");
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

    private async Task<(TrainingJob End, IReadOnlyList<StepMetrics> Steps)> RunAsync(TrainingJobSpec job, int workers)
    {
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(workers);
        var submitted = await fleet.SubmitAsync(job);
        return await fleet.FollowAsync(submitted.Id, timeoutSeconds: 120);
    }
}
