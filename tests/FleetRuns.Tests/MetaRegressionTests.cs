using Grpc.Core;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>META comes back without commits that it had acknowledged: the members notice, the job stops, and nothing is overwritten.</summary>
public sealed class MetaRegressionTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private TestFleet? _fleet;

    private TestFleet Fleet => _fleet!;

    public async ValueTask InitializeAsync()
    {
        _fleet = await TestFleet.StartAsync(_folder, TestStore.Redis);
        Fleet.AddWorkers(2);
        await Fleet.WorkersAreIdleAsync("worker-0", "worker-1");
    }

    public async ValueTask DisposeAsync()
    {
        await Fleet.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_META_with_an_older_file_stops_the_job_with_one_clear_error_and_overwrites_nothing(bool comeAnew)
    {
        var job = await Fleet.SubmitAsync(Specification());
        var saved = Path.Combine(job.OutputUri, "checkpoints", "last.safetensors");
        var before = Array.Empty<byte>();

        var (end, _) = await Fleet.FollowAsync(
            job.Id,
            async step =>
            {
                switch (step.Step)
                {
                    case 5:
                        Fleet.Store.SaveMeta();
                        break;
                    case 12:
                        before = await File.ReadAllBytesAsync(saved);
                        await RegressAsync(job.Id, comeAnew);
                        break;
                }
            });

        end.State.ShouldBe(TrainingJob.Types.State.Failed);
        end.Reason.ShouldBe("MetaRegressed");
        end.Message.ShouldStartWith($"META_REGRESSED: META says step {end.Step}, but worker worker-");
        end.Message.ShouldContain("--resume");
        end.Step.ShouldBeInRange(5, 11);
        (await File.ReadAllBytesAsync(saved)).ShouldBe(before);
    }

    [Fact]
    public async Task An_empty_META_is_told_to_whoever_follows_the_job_and_stops_it()
    {
        var job = await Fleet.SubmitAsync(Specification());

        var error = await Should.ThrowAsync<RpcException>(() => Fleet.FollowAsync(job.Id, TestFleet.At(8, Fleet.Store.RegressMetaAsync)));

        error.StatusCode.ShouldBe(StatusCode.DataLoss);
        error.Status.Detail.ShouldStartWith("META_REGRESSED: ");
        await Fleet.Coordinator.SaysAsync("META_REGRESSED: META knows nothing of job");
        await Fleet.WorkersAreIdleAsync("worker-0", "worker-1");
    }

    /// <summary>Gives META its older file; the workers see it at once, or when they were declared dead and come anew.</summary>
    private async Task RegressAsync(string job, bool comeAnew)
    {
        if (!comeAnew)
        {
            await Fleet.Store.RegressMetaAsync();
            return;
        }

        foreach (var worker in Fleet.Workers)
        {
            worker.Signal("STOP");
        }

        await Fleet.Store.RegressMetaAsync();
        while (!await IsMemberDeadAsync(job))
        {
            await Task.Delay(50);
        }

        foreach (var worker in Fleet.Workers)
        {
            worker.Signal("CONT");
        }
    }

    private async Task<bool> IsMemberDeadAsync(string job)
    {
        try
        {
            return (await Fleet.Jobs.GetTrainingJobAsync(new() { Id = job }, deadline: DateTime.UtcNow.AddSeconds(30))).Generation > 1;
        }
        catch (RpcException error) when (error.StatusCode == StatusCode.Unavailable)
        {
            return false;
        }
    }

    private TrainingJobSpec Specification() => new()
    {
        Data = new() { Path = TestImages.Make(_folder), ImageSize = 32 },
        Method = new() { Name = "simclr" },
        Backbone = new() { Name = "resnet-9", Width = 0.125 },
        Train = new() { BatchSize = 32, Shards = 4, Steps = 400, Seed = 11 },
        Workers = new() { Min = 1, Max = 2 },
        Checkpoint = new() { Every = 10 },
        Evaluate = new() { Knn = false },
    };
}
