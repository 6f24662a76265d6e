using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.TestSupport;

namespace LightlyCluster.Fleet.Redis.Tests;

/// <summary>Every fenced transition, against the embedded store, a real redis-server and the model in memory.</summary>
public abstract partial class ScriptTests : IAsyncLifetime
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private readonly string _kind;
    private TestStore? _server;
    private RedisConnections? _connections;
    private IFleetStore _store = null!;
    private IJobStore _jobs = null!;

    private protected ScriptTests(string kind) => _kind = kind;

    public async ValueTask InitializeAsync()
    {
        if (_kind == MemoryStoreScriptTests.Kind)
        {
            _store = new MemoryFleetStore(TimeProvider.System);
        }
        else
        {
            _server = await TestStore.StartAsync(_kind, _folder);
            _connections = await RedisConnections.ConnectAsync(new(_server.Meta, _server.Data, "test"), "tests");
            _store = new RedisFleetStore(_connections);
        }

        _jobs = _store.Jobs;
    }

    public async ValueTask DisposeAsync()
    {
        await (_connections?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_request_admits_one_job_however_often_it_comes()
    {
        var first = await _jobs.CreateAsync(NewJob("a"), "request-1");
        var again = await _jobs.CreateAsync(NewJob("b"), "request-1");
        var taken = await _jobs.CreateAsync(NewJob("a"), "request-2");

        first.ShouldBe(new(CreateOutcome.Created, "a"));
        again.ShouldBe(new(CreateOutcome.Repeated, "a"));
        taken.ShouldBe(new(CreateOutcome.Taken, "a"));
        (await _jobs.ListAsync(0, 10)).ShouldBe(["a"]);
    }

    [Fact]
    public async Task An_owner_is_told_when_only_its_own_share_of_a_chunk_is_missing()
    {
        var steps = await StartAsync("job", ["one", "two"]);
        await using var events = await _jobs.SubscribeAsync("job");
        await events.WaitAsync(TimeSpan.FromMilliseconds(50), CancellationToken.None);

        // Chunk 0 is of "two", which publishes no nodes of it.
        await steps["one"].PublishNodesAsync(1, 0, [Node(0, 0, 2)], Life);

        (await events.WaitAsync(TimeSpan.FromSeconds(10), CancellationToken.None)).ShouldBeTrue();
    }

    [Fact]
    public async Task A_job_without_a_first_state_has_nothing_to_commit_or_to_compare()
    {
        await _jobs.CreateAsync(NewJob("young"), "request-1");

        foreach (var job in new[] { "young", "gone" })
        {
            var steps = _store.Steps(job, "one");

            (await steps.PublishReducedAsync(0, 0, [Chunk(0), Chunk(1)], 2, 4, 0.1, Life)).ShouldBe(PublishOutcome.NotRunning);
            (await steps.VerifyStateAsync(new(0, "hash", "name-one", "{}", 0.5, 7, false))).Verdict.ShouldBe(StateVerdict.Equal);
        }
    }

    [Fact]
    public async Task A_step_is_committed_once_and_a_repeat_is_a_success()
    {
        var steps = await StartAsync("job", ["one", "two"]);
        await PublishAllShardsAsync(steps["one"], 1);

        var half = await steps["one"].PublishReducedAsync(1, 0, [Chunk(0)], 2, 4, 0.1, Life);
        var whole = await steps["two"].PublishReducedAsync(1, 0, [Chunk(1)], 2, 4, 0.1, Life);
        var repeated = await steps["two"].PublishReducedAsync(1, 0, [Chunk(1)], 2, 4, 0.1, Life);

        half.ShouldBe(PublishOutcome.Accepted);
        whole.ShouldBe(PublishOutcome.Committed);
        repeated.ShouldBe(PublishOutcome.AlreadyCommitted);
        (await _jobs.ReadAsync("job"))!.Step.ShouldBe(1);
        (await _jobs.ReadCommittedStepsAsync("job")).ShouldBe([0]);
        (await steps["one"].ReadEntryAsync(0, 0))!.LearningRate.ShouldBe(0.1);
    }

    [Fact]
    public async Task A_step_without_the_samples_of_all_shards_is_not_committed()
    {
        var steps = await StartAsync("job", ["one"]);
        await steps["one"].PublishShardsAsync(1, 0, [Shard(0, "same")], Life);

        var outcome = await steps["one"].PublishReducedAsync(1, 0, [Chunk(0), Chunk(1)], 2, 4, 0.1, Life);

        outcome.ShouldBe(PublishOutcome.Accepted);
        (await _jobs.ReadAsync("job"))!.Step.ShouldBe(0);
    }

    [Fact]
    public async Task The_past_is_refused()
    {
        var steps = await StartAsync("job", ["one", "two"]);
        await BumpAsync("job", 1, ["one"]);
        var stranger = _store.Steps("job", "stranger");

        (await steps["one"].PublishShardsAsync(1, 0, [Shard(0, "same")], Life)).Outcome.ShouldBe(PublishOutcome.Stale);
        (await steps["two"].PublishShardsAsync(2, 0, [Shard(0, "same")], Life)).Outcome.ShouldBe(PublishOutcome.Stale);
        (await stranger.PublishShardsAsync(2, 0, [Shard(0, "same")], Life)).Outcome.ShouldBe(PublishOutcome.Stale);
        (await steps["one"].PublishShardsAsync(2, 5, [Shard(0, "same")], Life)).Outcome.ShouldBe(PublishOutcome.Future);
        (await steps["two"].PublishNodesAsync(2, 0, [Node(0, 0, 1)], Life)).ShouldBe(PublishOutcome.Stale);
        (await steps["two"].PublishReducedAsync(2, 0, [Chunk(0)], 2, 4, 0.1, Life)).ShouldBe(PublishOutcome.Stale);
        (await BumpAsync("job", 1, ["one"])).ShouldBeNull();
    }

    [Fact]
    public async Task The_first_writer_of_a_shard_wins()
    {
        var steps = await StartAsync("job", ["one", "two"]);

        await steps["one"].PublishShardsAsync(1, 0, [Shard(2, "first")], Life);
        var (outcome, different) = await steps["two"].PublishShardsAsync(1, 0, [Shard(2, "second")], Life);

        outcome.ShouldBe(PublishOutcome.Accepted);
        different.ShouldBe(1);
        (await steps["one"].ReadShardsAsync(0, [0, 1, 2, 3]))[2].Payload.Digest.ShouldBe("first");
    }

    [Fact]
    public async Task A_pointer_to_lost_bytes_is_replaced_by_one_of_equal_digest()
    {
        var steps = await StartAsync("job", ["one", "two"]);

        await steps["one"].PublishNodesAsync(1, 0, [Node(0, 0, 2, "lost")], Life);
        await steps["two"].PublishNodesAsync(1, 0, [Node(0, 0, 2, "found")], Life);

        (await steps["one"].ReadNodesAsync(0, [0], 4)).ShouldHaveSingleItem().Payload.Key.ShouldBe("found");
    }

    [Fact]
    public async Task A_larger_node_takes_the_place_of_its_parts_so_that_two_divisions_of_the_shards_never_block_each_other()
    {
        var steps = await StartAsync("job", ["one", "two"]);
        await steps["one"].PublishNodesAsync(1, 0, [Node(0, 0, 1), Node(0, 2, 1)], Life);

        await steps["two"].PublishNodesAsync(1, 0, [Node(0, 0, 2), Node(0, 2, 2)], Life);
        await steps["one"].PublishNodesAsync(1, 0, [Node(0, 3, 1)], Life);

        var nodes = await steps["one"].ReadNodesAsync(0, [0], 4);
        nodes.Select(node => (node.Node.Start, node.Node.Count)).ShouldBe([(0, 2), (2, 2)], ignoreOrder: true);
    }

    [Fact]
    public async Task Nodes_that_overlap_are_refused()
    {
        var steps = await StartAsync("job", ["one", "two"]);

        await steps["one"].PublishNodesAsync(1, 0, [Node(0, 0, 2), Node(1, 3, 1)], Life);
        await steps["two"].PublishNodesAsync(1, 0, [Node(0, 1, 1), Node(0, 2, 2), Node(1, 2, 1)], Life);

        var nodes = await steps["one"].ReadNodesAsync(0, [0, 1], 4);
        nodes.Select(node => (node.Chunk, node.Node.Start, node.Node.Count)).ShouldBe([(0, 0, 2), (0, 2, 2), (1, 3, 1), (1, 2, 1)], ignoreOrder: true);
    }

    [Fact]
    public async Task A_difference_between_two_members_stops_the_job_and_names_hashes_and_members()
    {
        var steps = await StartAsync("job", ["one", "two"]);
        await PublishAllShardsAsync(steps["one"], 1);
        await steps["one"].PublishReducedAsync(1, 0, [Chunk(0)], 1, 4, 0.1, Life);

        (await steps["one"].VerifyStateAsync(Report("one", "hash-a"))).ShouldBe((StateVerdict.Equal, ""));
        (await steps["two"].VerifyStateAsync(Report("two", "hash-b"))).ShouldBe((StateVerdict.Different, "hash-a"));

        var job = (await _jobs.ReadAsync("job"))!;
        job.State.ShouldBe(JobState.Failed);
        job.Reason.ShouldBe("StateMismatch");
        job.Message.ShouldBe("The states after step 0 differ: hash-a on worker-one; hash-b on worker-two.");
        (await _jobs.ReadMetricsAsync("job", 0, 10)).Count.ShouldBe(1);
    }

    [Fact]
    public async Task Of_three_members_the_one_that_is_alone_is_named()
    {
        var steps = await StartAsync("job", ["one", "two", "three"]);
        await PublishAllShardsAsync(steps["one"], 1);
        await steps["one"].PublishReducedAsync(1, 0, [Chunk(0)], 1, 4, 0.1, Life);

        (await steps["two"].VerifyStateAsync(Report("two", "hash-b"))).Verdict.ShouldBe(StateVerdict.Equal);
        (await steps["one"].VerifyStateAsync(Report("one", "hash-a"))).Verdict.ShouldBe(StateVerdict.Suspect);
        (await _jobs.ReadAsync("job"))!.State.ShouldBe(JobState.Running);
        (await steps["three"].VerifyStateAsync(Report("three", "hash-a"))).Verdict.ShouldBe(StateVerdict.Different);

        (await _jobs.ReadAsync("job"))!.Message.ShouldBe(
            "The states after step 0 differ: hash-a on worker-one, worker-three; hash-b on worker-two. worker-two is alone.");
    }

    [Fact]
    public async Task A_difference_is_decided_without_members_that_never_report()
    {
        var steps = await StartAsync("job", ["one", "two", "three"]);
        await PublishAllShardsAsync(steps["one"], 1);
        await steps["one"].PublishReducedAsync(1, 0, [Chunk(0)], 1, 4, 0.1, Life);
        await steps["two"].VerifyStateAsync(Report("two", "hash-b"));
        await steps["one"].VerifyStateAsync(Report("one", "hash-a"));

        (await steps["one"].VerifyStateAsync(Report("one", "hash-a") with { IsDecisive = true })).Verdict.ShouldBe(StateVerdict.Different);

        (await _jobs.ReadAsync("job"))!.State.ShouldBe(JobState.Failed);
    }

    [Fact]
    public async Task Who_is_no_member_is_told_of_a_difference_but_stops_nothing()
    {
        var steps = await StartAsync("job", ["one"]);
        await PublishAllShardsAsync(steps["one"], 1);
        await steps["one"].PublishReducedAsync(1, 0, [Chunk(0)], 1, 4, 0.1, Life);
        await steps["one"].VerifyStateAsync(Report("one", "hash-a"));

        (await _store.Steps("job", "joiner").VerifyStateAsync(Report("joiner", "hash-b"))).ShouldBe((StateVerdict.Different, "hash-a"));
        (await _store.Steps("job", "joiner").VerifyStateAsync(Report("joiner", "hash-a"))).Verdict.ShouldBe(StateVerdict.Equal);

        (await _jobs.ReadAsync("job"))!.State.ShouldBe(JobState.Running);
        (await _jobs.ReadMetricsAsync("job", 0, 10)).Count.ShouldBe(1);
        (await steps["one"].ReadHashAsync(1)).ShouldBe("hash-a");
    }

    [Fact]
    public async Task Eight_clients_that_race_for_a_commit_get_it_once()
    {
        var steps = await StartAsync("job", ["one"]);
        await PublishAllShardsAsync(steps["one"], 1);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ =>
            steps["one"].PublishReducedAsync(1, 0, [Chunk(0)], 1, 4, 0.1, Life)));

        outcomes.Count(outcome => outcome == PublishOutcome.Committed).ShouldBe(1);
        outcomes.Count(outcome => outcome == PublishOutcome.AlreadyCommitted).ShouldBe(7);
        (await _jobs.ReadCommittedStepsAsync("job")).ShouldBe([0]);
    }

    [Fact]
    public async Task A_job_that_has_ended_stays_as_it_is()
    {
        await StartAsync("job", ["one"]);

        (await _jobs.ChangeStateAsync("job", new(JobState.Cancelled, 1), [JobState.Running])).ShouldBeTrue();
        (await _jobs.ChangeStateAsync("job", new(JobState.Succeeded, 1), [JobState.Running])).ShouldBeFalse();
        (await BumpAsync("job", 1, ["one"])).ShouldBeNull();
        (await _jobs.ReadAsync("job"))!.State.ShouldBe(JobState.Cancelled);
    }

    [Fact]
    public async Task Nothing_but_its_record_is_left_of_an_ended_job_and_that_can_be_deleted()
    {
        var steps = await StartAsync("job", ["one"]);
        var payloads = _store.Payloads;
        await payloads.WriteAsync(payloads.NewKey("job", 0, "x", "dead", default), new byte[1000], Life);
        await steps["one"].PublishNodesAsync(1, 0, [Node(0, 0, 2)], Life);
        await _jobs.ChangeStateAsync("job", new(JobState.Cancelled, 1), [JobState.Running]);

        await _jobs.CleanUpAsync("job", 0);
        var left = await KeysAsync();
        await _jobs.ControlAsync("job", new(ControlVerb.Delete, "", 1));

        left.ShouldNotContain(key => key.Contains("payload") || key.Contains("nodes") || key.Contains("members"));
        (await KeysAsync()).Where(key => key.Contains("{job}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Leadership_changes_hands_only_with_a_new_term()
    {
        var leases = _store.Leases;

        var first = await leases.AcquireLeadershipAsync("a", Life);
        var refused = await leases.AcquireLeadershipAsync("b", Life);
        var kept = await leases.AcquireLeadershipAsync("a", Life);
        await leases.ReleaseLeadershipAsync("a");
        var second = await leases.AcquireLeadershipAsync("b", Life);

        refused.ShouldBeNull();
        kept.ShouldBe(first);
        second.ShouldBe(first + 1);
    }

    private static NewJob NewJob(string id) => new(id, "{}", id, 1, 4, 0, 1, 0);

    private static ChunkPointer Chunk(int chunk) => new(chunk, new($"digest{chunk}", $"key{chunk}"));

    private static NodePointer Node(int chunk, int start, int count, string key = "key") => new(chunk, new TreeNode(start, count), new("digest", key));

    private static ShardPointer Shard(int shard, string digest) => new(shard, "samples", 0, new(digest, "key"));

    private static StateReport Report(string member, string hash) => new(1, hash, $"worker-{member}", "{}", 0.5, 1);

    private static Task PublishAllShardsAsync(IStepStore steps, long generation) =>
        steps.PublishShardsAsync(generation, 0, [.. Enumerable.Range(0, 4).Select(shard => Shard(shard, "same"))], Life);

    private async Task<IReadOnlyList<string>> KeysAsync()
    {
        if (_store is MemoryFleetStore memory)
        {
            return [.. memory.Keys.MetaKeys, .. memory.Keys.DataKeys];
        }

        var found = new List<string>();
        foreach (var endpoint in new[] { _server!.Meta, _server.Data })
        {
            await using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(endpoint);
            await foreach (var key in connection.GetServers()[0].KeysAsync(pattern: "test*"))
            {
                found.Add(key.ToString());
            }
        }

        return found;
    }

    private Task<(long Generation, long Step)?> BumpAsync(string job, long expected, string[] members)
    {
        var assignment = ShardAssignment.Weighted(4, members, [.. members.Select(_ => 1.0)]);
        return _jobs.BumpGenerationAsync(job, new(1, expected, assignment, assignment, expected == 0, 1, [], new Dictionary<string, string>()));
    }

    private async Task<Dictionary<string, IStepStore>> StartAsync(string job, string[] members)
    {
        await _jobs.CreateAsync(NewJob(job), "request");
        (await _jobs.InitializeAsync(job, new(100, 1, 10, 0, "hash-0", "manifest", "class", 16))).ShouldBeNull();
        (await BumpAsync(job, 0, members)).ShouldBe((1, 0));
        return members.ToDictionary(member => member, member => _store.Steps(job, member));
    }
}
