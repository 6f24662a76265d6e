using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Whoever dies, comes or goes: the same bits, every sample once.</summary>
public sealed class FaultTests : IDisposable
{
    private const int Steps = 14;
    private static readonly Dictionary<(string Method, int Steps), string> References = [];
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(TestStore.Embedded, "redis")]
    [InlineData(TestStore.Redis, "peer")]
    public async Task A_worker_killed_in_the_middle_changes_nothing(string store, string transport)
    {
        var images = TestImages.Make(_folder);
        var expected = await ReferenceAsync(images, "moco");
        await using var fleet = await TestFleet.StartAsync(_folder, store);
        fleet.AddWorkers(3);
        var job = await fleet.SubmitAsync(JobOf(images, "moco", 3, transport: transport));

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(4, () => fleet.Workers[1].Signal("KILL")));

        ShouldBeWhole(end, steps, expected);
        end.Result.Recoveries.ShouldHaveSingleItem().Seconds.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(TestStore.Embedded)]
    [InlineData(TestStore.Redis)]
    public async Task A_worker_that_leaves_hands_its_shards_back(string store)
    {
        var images = TestImages.Make(_folder);
        var expected = await ReferenceAsync(images, "simclr");
        await using var fleet = await TestFleet.StartAsync(_folder, store);
        fleet.AddWorkers(3);
        var job = await fleet.SubmitAsync(JobOf(images, "simclr", 3));

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(4, () => fleet.Workers[0].Signal("TERM")));

        ShouldBeWhole(end, steps, expected);
        end.Result.Recoveries.ShouldBeEmpty();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await fleet.Workers[0].Process.WaitForExitAsync(limit.Token);
        fleet.Workers[0].Process.ExitCode.ShouldBe(0);
    }

    [Theory]
    [InlineData(TestStore.Embedded, "redis")]
    [InlineData(TestStore.Redis, "peer")]
    public async Task A_worker_that_joins_catches_up_without_changing_anything(string store, string transport)
    {
        var images = TestImages.Make(_folder);
        var expected = await ReferenceAsync(images, "moco", 60);
        await using var fleet = await TestFleet.StartAsync(_folder, store);
        fleet.AddWorkers(1);
        var spec = JobOf(images, "moco", 1, 60, transport);
        spec.Workers.ClearMax();
        var job = await fleet.SubmitAsync(spec);

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(3, () => fleet.AddWorkers(1)));

        ShouldBeWhole(end, steps, expected);
        end.Result.Workers.Count.ShouldBe(2);
        end.Result.Workers[1].Shards.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(TestStore.Embedded)]
    [InlineData(TestStore.Redis)]
    public async Task The_coordinator_may_be_away_while_steps_go_on(string store)
    {
        var images = TestImages.Make(_folder);
        var expected = await ReferenceAsync(images, "simclr", 40);
        await using var fleet = await TestFleet.StartAsync(_folder, store);
        fleet.AddWorkers(2);
        var job = await fleet.SubmitAsync(JobOf(images, "simclr", 2, 40));

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(4, () => fleet.RestartCoordinatorAsync(TimeSpan.FromSeconds(1))));

        ShouldBeWhole(end, steps, expected);
        end.Result.Recoveries.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(TestStore.Embedded)]
    [InlineData(TestStore.Redis)]
    public async Task When_the_only_worker_dies_a_new_one_goes_on_from_the_checkpoint(string store)
    {
        var images = TestImages.Make(_folder);
        var expected = await ReferenceAsync(images, "moco");
        await using var fleet = await TestFleet.StartAsync(_folder, store);
        fleet.AddWorkers(1);
        var job = await fleet.SubmitAsync(JobOf(images, "moco", 1));

        var (end, steps) = await fleet.FollowAsync(job.Id, TestFleet.At(6, () =>
        {
            fleet.Workers[0].Signal("KILL");
            fleet.AddWorkers(1);
        }));

        ShouldBeWhole(end, steps, expected);
        end.Result.Recoveries.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_file_that_changes_between_two_workers_of_a_run_is_noticed_and_named()
    {
        var images = TestImages.Make(_folder);
        var changed = Path.Combine(images, "class1", "007.png");
        await File.AppendAllTextAsync(changed, "A");
        await using var fleet = await TestFleet.StartAsync(_folder);
        fleet.AddWorkers(1);
        var job = await fleet.SubmitAsync(JobOf(images, "simclr", 1));

        var (end, _) = await fleet.FollowAsync(job.Id, TestFleet.At(6, async () =>
        {
            // As many bytes as before, and the same picture: only its content differs.
            fleet.Workers[0].Signal("KILL");
            await using (var file = File.OpenWrite(changed))
            {
                file.Position = file.Length - 1;
                file.WriteByte((byte)'B');
            }

            fleet.AddWorkers(1);
        }));

        (end.State, end.Reason).ShouldBe((TrainingJob.Types.State.Failed, "SamplesDiffer"), end.Message);
        end.Message.ShouldContain("Changed since the job began: class1/007.png.");
    }

    [Theory]
    [InlineData(TestStore.Embedded)]
    [InlineData(TestStore.Redis)]
    public async Task A_stopped_job_is_resumed_by_another_number_of_workers(string store)
    {
        var images = TestImages.Make(_folder);
        var expected = await ReferenceAsync(images, "moco");
        await using var fleet = await TestFleet.StartAsync(_folder, store);
        fleet.AddWorkers(1);
        var spec = JobOf(images, "moco", 1);
        spec.Checkpoint = new() { StopAfterStep = 6 };
        var first = await fleet.SubmitAsync(spec);
        var (paused, _) = await fleet.FollowAsync(first.Id);
        paused.State.ShouldBe(TrainingJob.Types.State.Paused);
        paused.Step.ShouldBe(6);
        fleet.AddWorkers(1);
        var rest = JobOf(images, "moco", 2);
        rest.Checkpoint = new() { ResumeFrom = Path.Combine(paused.OutputUri, "checkpoints", "last.safetensors") };

        var second = await fleet.SubmitAsync(rest);
        var (end, steps) = await fleet.FollowAsync(second.Id);

        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
        end.Result.StateHash.ShouldBe(expected);
        steps.Select(step => step.Step).ShouldBe(Enumerable.Range(7, Steps - 6).Select(step => (long)step));
        end.Result.KnnTop1Untrained.ShouldBe(paused.Result.KnnTop1Untrained);
    }

    private static TrainingJobSpec JobOf(string images, string method, int workers, int steps = Steps, string transport = "redis") =>
        EqualBitsTests.JobOf(images, method, workers, steps, transport);

    internal static void ShouldBeWhole(TrainingJob end, IReadOnlyList<StepMetrics> steps, string expected)
    {
        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, $"{end.Reason} {end.Message}");
        end.Result.StateHash.ShouldBe(expected);
        end.Result.Samples.Lost.ShouldBe(0);
        end.Result.Samples.RepeatedCount.ShouldBe(0);
        end.Result.Samples.Committed.ShouldBe(end.StepsTotal * 64);
        steps.Select(step => step.Step).ShouldBe(Enumerable.Range(1, (int)end.StepsTotal).Select(step => (long)step));
    }

    /// <summary>The state that one undisturbed worker reaches.</summary>
    internal static async Task<string> ReferenceAsync(string folder, string images, string method, int steps)
    {
        if (References.TryGetValue((method, steps), out var known))
        {
            return known;
        }

        await using var fleet = await TestFleet.StartAsync(folder);
        fleet.AddWorkers(1);
        var job = await fleet.SubmitAsync(JobOf(images, method, 1, steps));
        var (end, _) = await fleet.FollowAsync(job.Id);
        end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
        return References[(method, steps)] = end.Result.StateHash;
    }

    private Task<string> ReferenceAsync(string images, string method, int steps = Steps) => ReferenceAsync(_folder, images, method, steps);
}
