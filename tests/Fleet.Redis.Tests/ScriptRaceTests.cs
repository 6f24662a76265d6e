using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Fleet.Redis.Tests;

/// <summary>Eight clients, each with connections of its own, race on each script; one wins, and nobody sees anything else.</summary>
public abstract class ScriptRaceTests : IAsyncLifetime
{
    private const int Clients = 8;
    private const int Rounds = 25;
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(1);
    private static readonly string[] Names = [.. Enumerable.Range(0, Clients).Select(client => $"client{client}")];

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private readonly string _kind;
    private readonly List<RedisConnections> _connections = [];
    private TestStore? _server;
    private IFleetStore[] _stores = [];

    private protected ScriptRaceTests(string kind) => _kind = kind;

    private IJobStore Jobs => _stores[0].Jobs;

    public async ValueTask InitializeAsync()
    {
        _server = await TestStore.StartAsync(_kind, _folder);
        foreach (var name in Names)
        {
            _connections.Add(await RedisConnections.ConnectAsync(new(_server.Meta, _server.Data, "test"), name));
        }

        _stores = [.. _connections.Select(connection => new RedisFleetStore(connection))];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public Task Of_eight_submits_a_tenant_gets_as_many_jobs_as_its_quota() => RoundsAsync(async round =>
    {
        var answers = await RaceAsync((client, store) => store.Jobs.CreateAsync(
            NewJob($"quota{round}-{client}") with { Tenant = $"tenant{round}", Quota = new(Jobs: 3) }, $"quota{round}-{client}"));

        answers.Count(answer => answer.Outcome == CreateOutcome.Created).ShouldBe(3);
        answers.Count(answer => answer.Outcome == CreateOutcome.TooManyJobs).ShouldBe(5);
    });

    [Fact]
    public Task Eight_requests_for_one_id_admit_one_job_and_repeats_get_it() => RoundsAsync(async round =>
    {
        var rivals = await RaceAsync((client, store) => store.Jobs.CreateAsync(NewJob($"job{round}"), $"rival{round}-{client}"));
        var repeats = await RaceAsync((client, store) => store.Jobs.CreateAsync(NewJob($"own{round}-{client}"), $"same{round}"));

        rivals.Count(answer => answer.Outcome == CreateOutcome.Created).ShouldBe(1);
        repeats.Select(answer => answer.Id).Distinct().ShouldHaveSingleItem();
        (await Jobs.ListAsync(0, 1000)).Count.ShouldBe(2 * (round + 1));
    });

    [Fact]
    public Task Eight_workers_initialize_a_job_once() => RoundsAsync(async round =>
    {
        await Jobs.CreateAsync(NewJob($"job{round}"), $"request{round}");

        var answers = await RaceAsync((client, store) => store.Jobs.InitializeAsync($"job{round}", Facts($"hash{client}")));

        answers.Count(answer => answer is null).ShouldBe(1);
        var winner = Array.IndexOf(answers, null);
        (await Jobs.ReadAsync($"job{round}"))!.Field("baseHash").ShouldBe($"hash{winner}");
        (await _stores[0].Steps($"job{round}", "").ReadHashAsync(0)).ShouldBe($"hash{winner}");
    });

    [Fact]
    public Task Eight_observers_begin_one_generation() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);

        var answers = await RaceAsync((client, store) => BumpAsync(store, job, 1, [$"client{client}"], term: client % 2 == 0 ? 1 : null));

        var winner = Array.FindIndex(answers, answer => answer is not null);
        answers.Where(answer => answer is not null).ShouldBe([(2L, 0L)]);
        (await Jobs.ReadAsync(job))!.Plan.Members.ShouldBe([$"client{winner}"]);
    });

    [Fact]
    public Task The_first_of_eight_writers_of_a_shard_wins() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);

        var answers = await RaceAsync((client, store) =>
            store.Steps(job, Names[client]).PublishShardsAsync(1, 0, [new(2, "samples", 0, new($"digest{client}", $"key{client}"))], Life));

        answers.ShouldAllBe(answer => answer.Outcome == PublishOutcome.Accepted);
        var winner = Array.FindIndex(answers, answer => answer.Different == 0);
        answers.Count(answer => answer.Different == 0).ShouldBe(1);
        (await _stores[0].Steps(job, "").ReadShardsAsync(0, [0, 1, 2, 3]))[2].Payload.ShouldBe(new($"digest{winner}", $"key{winner}"));
    });

    [Fact]
    public Task Nodes_of_eight_writers_never_overlap() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);
        var nodes = new TreeNode[] { new(0, 4), new(0, 2), new(2, 2), new(1, 1), new(3, 1), new(0, 1), new(2, 1), new(1, 2) };

        await RaceAsync((client, store) =>
            store.Steps(job, Names[client]).PublishNodesAsync(1, 0, [new(0, nodes[client], new($"digest{client}", "key"))], Life));

        var published = await _stores[0].Steps(job, "").ReadNodesAsync(0, [0], 4);
        var shards = published.SelectMany(node => Enumerable.Range(node.Node.Start, node.Node.Count)).ToArray();
        shards.ShouldNotBeEmpty();
        shards.Distinct().Count().ShouldBe(shards.Length);
    });

    [Fact]
    public async Task Eight_members_commit_each_step_once_and_the_log_grows_by_one()
    {
        var job = await StartAsync(0);

        for (var step = 0; step < Rounds; step++)
        {
            var at = step;
            var answers = await RaceAsync(async (client, store) =>
            {
                var steps = store.Steps(job, Names[client]);
                await steps.PublishShardsAsync(1, at, [new(client % 4, $"samples{client % 4}", 0, new("digest", "key"))], Life);
                await steps.PublishReducedAsync(1, at, [new(client % 3, new($"digest{client % 3}", "key"))], 3, 4, 0.1, Life);
                var all = Enumerable.Range(0, 3).Select(chunk => new ChunkPointer(chunk, new($"digest{chunk}", "key")));
                return await steps.PublishReducedAsync(1, at, [.. all], 3, 4, 0.1, Life);
            });

            answers.Except([PublishOutcome.Committed, PublishOutcome.AlreadyCommitted, PublishOutcome.Accepted]).ShouldBeEmpty();
            answers.Count(answer => answer == PublishOutcome.Committed).ShouldBeLessThanOrEqualTo(1);
            (await Jobs.ReadCommittedStepsAsync(job)).ShouldBe(Enumerable.Range(0, step + 1).Select(number => (long)number));
        }
    }

    [Fact]
    public Task Of_eight_members_the_one_with_another_state_stops_the_job_and_is_named() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);
        var odd = round % Clients;

        var answers = await RaceAsync((client, store) =>
            store.Steps(job, Names[client]).VerifyStateAsync(new(0, client == odd ? "odd" : "hash-0", Names[client], "", 0.5, 1)));

        answers.Count(answer => answer.Verdict == StateVerdict.Different).ShouldBe(1, "the last one to report decides");
        var record = (await Jobs.ReadAsync(job))!;
        (record.State, record.Reason).ShouldBe((JobState.Failed, "StateMismatch"));
        record.Message.ShouldEndWith($"{Names[odd]} is alone.");
    });

    [Fact]
    public Task A_wish_of_a_client_that_comes_eight_times_is_done_once() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);

        var answers = await RaceAsync((_, store) =>
            store.Jobs.ControlAsync(job, new(ControlVerb.Cancel, $"wish{round}", 1, "Wish", "It is wished.")));

        answers.Count(answer => answer == ControlOutcome.Done).ShouldBe(1);
        answers.Count(answer => answer == ControlOutcome.Repeated).ShouldBe(Clients - 1);
        (await Jobs.ReadAsync(job))!.State.ShouldBe(JobState.Cancelled);
    });

    [Fact]
    public Task The_newest_of_eight_terms_stays() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);

        var answers = await RaceAsync((client, store) => store.Jobs.ClaimAsync(job, client + 2));

        answers[Clients - 1].ShouldBeTrue();
        (await Jobs.ReadAsync(job))!.Term.ShouldBe(Clients + 1);
        (await Jobs.ClaimAsync(job, Clients)).ShouldBeFalse();
    });

    [Fact]
    public Task One_of_eight_ends_of_a_job_holds() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);
        var ends = new[] { JobState.Succeeded, JobState.Failed, JobState.Cancelled };

        var answers = await RaceAsync((client, store) =>
            store.Jobs.ChangeStateAsync(job, new(ends[client % 3], 1, $"reason{client}"), [JobState.Running]));

        answers.Count(answer => answer).ShouldBe(1);
        (await Jobs.ReadAsync(job))!.Reason.ShouldBe($"reason{Array.IndexOf(answers, true)}");
    });

    [Fact]
    public Task Fields_of_the_past_are_not_written_while_a_generation_begins() => RoundsAsync(async round =>
    {
        var job = await StartAsync(round);

        var answers = await RaceAsync(async (client, store) => client == 0
            ? await BumpAsync(store, job, 1, ["client7"]) is not null
            : await store.Jobs.SetFieldsAsync(job, 1, Names[client], ($"field{client}", "written")));

        var record = (await Jobs.ReadAsync(job))!;
        answers[0].ShouldBeTrue();
        Enumerable.Range(1, Clients - 1).ShouldAllBe(client => answers[client] == (record.Field($"field{client}") == "written"));
        (await _stores[1].Jobs.SetFieldsAsync(job, 1, "client1", ("late", "1"))).ShouldBeFalse();
        (await _stores[1].Jobs.SetFieldsAsync(job, null, "client1", ("late", "1"))).ShouldBeFalse();
    });

    [Fact]
    public Task One_of_eight_coordinators_leads_a_term() => RoundsAsync(async round =>
    {
        var answers = await RaceAsync((client, store) => store.Leases.AcquireLeadershipAsync(Names[client], Life));

        answers.Where(answer => answer is not null).ShouldBe([round + 1]);
        await RaceAsync(async (client, store) =>
        {
            await store.Leases.ReleaseLeadershipAsync(Names[client]);
            return true;
        });
    });

    private static NewJob NewJob(string id) => new(id, "{}", id, 1, 4, 0, 1, 0);

    private static JobInitialization Facts(string hash) => new(100, 1, 1000, 0, hash, "manifest", "class", 16);

    private static Task<(long Generation, long Step)?> BumpAsync(
        IFleetStore store, string job, long expected, string[] members, long? term = 1)
    {
        var assignment = ShardAssignment.Weighted(4, members, [.. members.Select(_ => 1.0)]);
        return store.Jobs.BumpGenerationAsync(
            job, new(term, expected, assignment, assignment, expected == 0, 1, [], new Dictionary<string, string>()));
    }

    private static async Task RoundsAsync(Func<int, Task> roundAsync)
    {
        for (var round = 0; round < Rounds; round++)
        {
            await roundAsync(round);
        }
    }

    /// <summary>Lets all clients go at once.</summary>
    private async Task<T[]> RaceAsync<T>(Func<int, IFleetStore, Task<T>> callAsync)
    {
        var go = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var racing = _stores.Select(async (store, client) =>
        {
            await go.Task;
            return await callAsync(client, store);
        }).ToArray();
        go.SetResult();
        return await Task.WhenAll(racing);
    }

    private async Task<string> StartAsync(int round)
    {
        var job = $"job{round}";
        await Jobs.CreateAsync(NewJob(job), $"request{round}");
        await Jobs.InitializeAsync(job, Facts("hash-0"));
        (await BumpAsync(_stores[0], job, 0, Names)).ShouldBe((1, 0));
        return job;
    }
}
