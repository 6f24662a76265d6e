using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Transports.Tests.Nccl;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>The transport nccl with real processes, over the test double of the library: what is trained does not change.</summary>
public sealed class NcclTests : IDisposable
{
    private const int Steps = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Two_and_three_workers_and_a_death_reach_the_state_of_one_worker()
    {
        Assert.SkipWhen(NcclDoubleFile.Problem.Length > 0, NcclDoubleFile.Problem);
        var images = TestImages.Make(_folder);
        await using var fleet = await TestFleet.StartAsync(
            _folder, TestStore.Redis, new Dictionary<string, string> { ["LIGHTLY_NCCL_LIBRARY"] = NcclDoubleFile.Path });
        fleet.AddWorkers(3);
        var expected = await RunAsync(fleet, JobOf(images, 1, JobVocabulary.TransportRedis));

        var two = await RunAsync(fleet, JobOf(images, 2));
        var died = await RunAsync(fleet, JobOf(images, 3), TestFleet.At(3, () => fleet.Workers[1].Signal("KILL")));

        two.Result.StateHash.ShouldBe(expected.Result.StateHash);
        died.Result.StateHash.ShouldBe(expected.Result.StateHash);
        died.Result.Recoveries.ShouldHaveSingleItem();
        (two.Result.Transport, died.Result.Transport).ShouldBe((JobVocabulary.TransportNccl, JobVocabulary.TransportNccl));
        fleet.Workers[0].Said.ShouldContain("NCCL: 2 workers of generation 1 exchange from GPU to GPU from step 0 on.");
        fleet.Workers[0].Said.ShouldContain("NCCL: 3 workers of generation 1 exchange from GPU to GPU from step 0 on.");
    }

    [Fact]
    public async Task A_job_for_NCCL_without_the_library_fails_and_names_it()
    {
        await using var fleet = await TestFleet.StartAsync(
            _folder, variables: new Dictionary<string, string> { ["LIGHTLY_NCCL_LIBRARY"] = "/nowhere/libnccl.so.2" });
        fleet.AddWorkers(1);
        var job = await fleet.SubmitAsync(JobOf(TestImages.Make(_folder), 1));

        var (end, _) = await fleet.FollowAsync(job.Id);

        end.State.ShouldBe(TrainingJob.Types.State.Failed);
        end.Reason.ShouldBe("InvalidSpecification");
        end.Message.ShouldContain(
            "sync.transport is nccl, but LIGHTLY_NCCL_LIBRARY is '/nowhere/libnccl.so.2', which cannot be loaded; name the file of an NCCL library. "
            + "Or use sync.transport peer or redis.");
    }

    private static async Task<TrainingJob> RunAsync(TestFleet fleet, TrainingJobSpec spec, Func<StepMetrics, Task>? onStep = null)
    {
        var job = await fleet.SubmitAsync(spec);
        var (end, _) = await fleet.FollowAsync(job.Id, onStep, timeoutSeconds: 120);
        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
        return end;
    }

    private static TrainingJobSpec JobOf(string images, int workers, string transport = JobVocabulary.TransportNccl)
    {
        var job = EqualBitsTests.JobOf(images, "simclr", workers, Steps, transport);
        job.Workers.Min = workers == 3 ? 2 : workers;
        job.Evaluate = new() { Knn = false };
        return job;
    }
}
