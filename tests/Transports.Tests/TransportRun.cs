using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Redis;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Transports;
using LightlyCluster.Protocol;
using LightlyCluster.Simulation.Tests.Nodes;
using LightlyCluster.Transports.Tests.Nccl;
using LightlyCluster.Worker.Transport.Nccl;
using StackExchange.Redis;

namespace LightlyCluster.Transports.Tests;

/// <summary>A job and its members; the test is the coordinator.</summary>
internal sealed class TransportRun : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private readonly RedisEndpoints _endpoints;
    private readonly RedisConnections _connections;
    private readonly List<TestMember> _members = [];
    private readonly SimulatedJob _job;
    private readonly string _specified;
    private readonly bool _sharesMemory;

    private TransportRun(RedisEndpoints endpoints, RedisConnections connections, SimulatedJob job, string kind)
    {
        var transport = TransportKind.TransportOf(kind);
        (_endpoints, _connections, _job, _specified, _sharesMemory) = (endpoints, connections, job, transport, kind != TransportKind.PeerSockets);
        Jobs = new JobStore(connections);
        Choice = new(transport == JobVocabulary.Auto ? JobVocabulary.TransportRedis : transport, "");
    }

    public IJobStore Jobs { get; }

    /// <summary>The transport of the next generation.</summary>
    public TransportChoice Choice { get; set; }

    /// <summary>What members that are added from now on have of NCCL; null: the test double, each with a device of its own.</summary>
    public Func<string, NcclRuntime>? Nccl { get; set; }

    /// <summary>The state that one undisturbed worker reaches.</summary>
    public string Expected => ShardArithmetic.Reference(_job)[^1];

    /// <summary>Admits a job of so many steps.</summary>
    public static async Task<TransportRun> StartAsync(TransportStores stores, string kind, int steps = 4, string wire = JobVocabulary.WireSingle)
    {
        NcclDouble.SkipWhereMissing(kind);
        var endpoints = stores.For(kind);
        var job = new SimulatedJob(7, 4, steps, 100, 1000, 1, Wire: wire);
        var run = new TransportRun(endpoints, await RedisConnections.ConnectAsync(endpoints, "test"), job, kind);
        await run.Jobs.CreateAsync(new(SimulatedJob.Id, JobSpecificationJson.Write(job.Specification), "job", 1, 4, 0, 1, 4), "request");
        return run;
    }

    public async Task<TestMember> AddAsync(string name, Func<string, Task>? reachAsync = null)
    {
        var member = await TestMember.StartAsync(name, _job, _specified, _sharesMemory, (Nccl ?? NcclDouble.RuntimeOf)(name), _endpoints, reachAsync);
        _members.Add(member);
        return member;
    }

    /// <summary>Begins a generation of members, as soon as all of them are ready.</summary>
    public async Task BeginAsync(params string[] names)
    {
        await AreReadyAsync(names);
        await BumpAsync(ShardAssignment.Weighted(4, names, [.. names.Select(_ => 1.0)]));
    }

    /// <summary>Waits until members are ready.</summary>
    public Task AreReadyAsync(params string[] names) => UntilAsync(
        $"{string.Join(", ", names)} are ready",
        () => Task.FromResult(names.All(name => _members.Single(member => member.Name == name).State.Heartbeat().Status is "Ready" or "Training")));

    /// <summary>Waits until the rows of a shard are announced.</summary>
    public Task IsAnnouncedAsync(long step, int shard) => UntilAsync(
        $"shard {shard} of step {step} is announced",
        async () => (await new StepStore(_connections, SimulatedJob.Id, "test").ReadShardsAsync(step, [shard])).ContainsKey(shard));

    /// <summary>Makes members known as living.</summary>
    public Task HoldLeasesAsync(params string[] names) =>
        Task.WhenAll(names.Select(name => new LeaseStore(_connections).RenewAsync(name, TimeSpan.FromMinutes(10))));

    /// <summary>What members have measured.</summary>
    public async Task<LinkMeasurement> LinksAsync() => (await Jobs.ReadAsync(SimulatedJob.Id))!.Links;

    /// <summary>Begins a generation with an assignment for the running step and those that follow.</summary>
    public async Task BumpAsync(ShardAssignment assignment)
    {
        var record = (await Jobs.ReadAsync(SimulatedJob.Id))!;
        var change = new GenerationChange(
            1, record.Generation, assignment, assignment, record.Generation == 0, 1, [], new Dictionary<string, string>())
        {
            Transport = Choice,
        };
        (await Jobs.BumpGenerationAsync(SimulatedJob.Id, change)).ShouldNotBeNull();
    }

    /// <summary>Waits for the end, and requires the state of one undisturbed worker.</summary>
    public async Task ShouldEndWellAsync()
    {
        JobRecord? record = null;
        await UntilAsync("the job ends", async () => (record = await Jobs.ReadAsync(SimulatedJob.Id))!.HasEnded);
        record!.State.ShouldBe(JobState.Succeeded, record.Message);
        record.StateHash.ShouldBe(Expected);
        (await Jobs.ReadCommittedStepsAsync(SimulatedJob.Id)).ShouldBe(Enumerable.Range(0, (int)_job.Steps).Select(step => (long)step));
    }

    /// <summary>Waits until the job has committed so many steps.</summary>
    public Task ReachesAsync(long step) =>
        UntilAsync($"step {step} begins", async () => (await Jobs.ReadAsync(SimulatedJob.Id))!.Step >= step);

    /// <summary>Waits until one of some members cannot take part any more.</summary>
    /// <returns>Why not.</returns>
    public async Task<string> AnyFailsAsync(params TestMember[] members)
    {
        var reason = "";
        await UntilAsync("a member fails", () =>
        {
            reason = members.Select(member => member.State.Heartbeat()).FirstOrDefault(beat => beat.Status == "Failed")?.Message ?? "";
            return Task.FromResult(reason.Length > 0);
        });
        return reason;
    }

    /// <summary>Drops all payloads that lie in DATA.</summary>
    public async Task LosePayloadsAsync()
    {
        await using var redis = await ConnectionMultiplexer.ConnectAsync(_endpoints.Data);
        foreach (var key in redis.GetServers()[0].Keys(pattern: $"{_endpoints.KeyPrefix}:payload:*"))
        {
            await redis.GetDatabase().KeyDeleteAsync(key);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in _members)
        {
            await member.DisposeAsync();
        }

        await _connections.DisposeAsync();
    }

    private async Task UntilAsync(string what, Func<Task<bool>> isTrueAsync)
    {
        using var limit = new CancellationTokenSource(Limit);
        while (!await isTrueAsync())
        {
            if (limit.IsCancellationRequested)
            {
                var record = (await Jobs.ReadAsync(SimulatedJob.Id))!;
                throw new TimeoutException(
                    $"Not within {Limit.TotalSeconds} s: {what}. The job is {record.State} at step {record.Step} ({record.Message}); "
                    + string.Join(", ", _members.Select(member => $"{member.Name}: {member.State.Heartbeat()}")));
            }

            await Task.Delay(5);
        }
    }
}
