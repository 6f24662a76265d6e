using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>The running step of one job in META: pointers, commit, log, state hashes. Every write is fenced.</summary>
public sealed class StepStore : IStepStore
{
    private const int HashesKept = 64;
    private const int FieldsAtOnce = 2000;

    private static readonly TimeSpan HashLife = TimeSpan.FromMinutes(10);

    private readonly RedisConnections _connections;
    private readonly RedisKeys _keys;
    private readonly string _job;
    private readonly string _incarnation;

    /// <summary>Acts for one incarnation in one job.</summary>
    public StepStore(RedisConnections connections, string job, string incarnation)
    {
        _connections = connections;
        _keys = new(connections.Endpoints.KeyPrefix);
        _job = job;
        _incarnation = incarnation;
    }

    private IDatabase Meta => _connections.Meta;

    /// <inheritdoc/>
    public async Task<(PublishOutcome Outcome, int Different)> PublishShardsAsync(
        long generation, long step, IReadOnlyList<ShardPointer> shards, TimeSpan life)
    {
        var arguments = Head(generation, step, life);
        foreach (var shard in shards)
        {
            arguments.AddRange([shard.Shard, shard.SamplesDigest, shard.Replaced, shard.Payload.Digest, shard.Payload.Key]);
        }

        var reply = await EvaluateAsync(LuaScripts.PublishShards, [_keys.Job(_job), _keys.Members(_job), _keys.Shards(_job, step)], arguments);
        return (reply.ToOutcome(), reply.Values.Count == 0 ? 0 : int.Parse(reply.Values[0]));
    }

    /// <inheritdoc/>
    public async Task<PublishOutcome> PublishNodesAsync(long generation, long step, IReadOnlyList<NodePointer> nodes, TimeSpan life)
    {
        var arguments = Head(generation, step, life);
        foreach (var node in nodes)
        {
            arguments.AddRange([node.Chunk, node.Node.Start, node.Node.Count, node.Payload.Digest, node.Payload.Key]);
        }

        return (await EvaluateAsync(LuaScripts.PublishNodes, [_keys.Job(_job), _keys.Members(_job), _keys.Nodes(_job, step)], arguments)).ToOutcome();
    }

    /// <inheritdoc/>
    public async Task<PublishOutcome> PublishReducedAsync(
        long generation, long step, IReadOnlyList<ChunkPointer> chunks, int chunkCount, int shardCount, double learningRate, TimeSpan life)
    {
        var arguments = Head(generation, step, life);
        arguments.AddRange([chunkCount, shardCount, learningRate.ToString("R")]);
        foreach (var chunk in chunks)
        {
            arguments.AddRange([chunk.Chunk, chunk.Payload.Digest, chunk.Payload.Key]);
        }

        RedisKey[] keys =
            [_keys.Job(_job), _keys.Members(_job), _keys.Reduced(_job, step), _keys.Shards(_job, step), _keys.Log(_job)];
        var outcome = (await EvaluateAsync(LuaScripts.PublishReduced, keys, arguments)).ToOutcome();
        CrashPoint.Reach(outcome == PublishOutcome.Committed ? "worker.commit-reply-lost" : "worker.pointer-published");
        return outcome;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<int, ShardPointer>> ReadShardsAsync(long step, IReadOnlyList<int> shards)
    {
        var values = await ReadFieldsAsync(_keys.Shards(_job, step), [.. shards.Select(shard => (RedisValue)shard)]);
        var found = new Dictionary<int, ShardPointer>();
        for (var index = 0; index < shards.Count; index++)
        {
            if (values[index].HasValue)
            {
                var parts = values[index].ToString().Split('|');
                found.Add(shards[index], new(shards[index], parts[0], int.Parse(parts[1]), new(parts[2], parts[3])));
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<NodePointer>> ReadNodesAsync(long step, IReadOnlyList<int> chunks, int shardCount)
    {
        var tree = ReductionTree.Nodes(shardCount);
        var fields = chunks.SelectMany(chunk => tree.Select(node => (Chunk: chunk, Node: node))).ToArray();
        var values = await ReadFieldsAsync(
            _keys.Nodes(_job, step), [.. fields.Select(field => (RedisValue)$"{field.Chunk}:{field.Node.Start}:{field.Node.Count}")]);
        var nodes = new List<NodePointer>();
        for (var index = 0; index < fields.Length; index++)
        {
            if (values[index].HasValue)
            {
                var parts = values[index].ToString().Split(':', 2);
                nodes.Add(new(fields[index].Chunk, fields[index].Node, new(parts[0], parts[1])));
            }
        }

        return nodes;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<int, PayloadPointer>> ReadReducedAsync(long step)
    {
        var entries = await Meta.HashGetAllAsync(_keys.Reduced(_job, step)).OrStoreErrorAsync();
        return entries.ToDictionary(entry => (int)entry.Name, entry =>
        {
            var parts = entry.Value.ToString().Split('|');
            return new PayloadPointer(parts[0], parts[1]);
        });
    }

    /// <inheritdoc/>
    public async Task<StepEntry?> ReadEntryAsync(long step, long baseStep)
    {
        var text = step < baseStep ? RedisValue.Null : await Meta.ListGetByIndexAsync(_keys.Log(_job), step - baseStep + 1).OrStoreErrorAsync();
        return text.IsNull ? null : StepEntry.Parse(text.ToString());
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<StepEntry>> ReadEntriesAsync(long step, long baseStep, int count)
    {
        Invariant.Require(step >= baseStep, "the log begins at its base step");
        var first = step - baseStep + 1;
        var rows = await Meta.ListRangeAsync(_keys.Log(_job), first, first + count - 1).OrStoreErrorAsync();
        return [.. rows.Select(row => StepEntry.Parse(row.ToString()))];
    }

    /// <inheritdoc/>
    public async Task<(StateVerdict Verdict, string First)> VerifyStateAsync(StateReport report)
    {
        var reply = await EvaluateAsync(
            LuaScripts.VerifyState,
            [_keys.Job(_job), _keys.Members(_job), _keys.Hashes(_job, report.Step), _keys.Hashes(_job, report.Step - HashesKept), _keys.Metrics(_job)],
            [_incarnation, report.Step, report.Hash, report.Worker, report.Metrics, (long)HashLife.TotalMilliseconds, _keys.Events(_job),
             report.NowMilliseconds, report.Seconds.ToString("F6"), report.IsDecisive ? 1 : 0]);
        Invariant.Require(reply.Code != "FUTURE", "a state is compared after its commit");
        return (reply.Code switch { "SUSPECT" => StateVerdict.Suspect, "MISMATCH" => StateVerdict.Different, _ => StateVerdict.Equal },
            reply.Values.Count > 0 ? reply.Values[0] : "");
    }

    /// <inheritdoc/>
    public async Task<string?> ReadHashAsync(long step) => await Meta.HashGetAsync(_keys.Hashes(_job, step), "=").OrStoreErrorAsync();

    /// <inheritdoc/>
    public Task ForgetStepAsync(long step) =>
        Meta.KeyDeleteAsync([_keys.Shards(_job, step), _keys.Nodes(_job, step), _keys.Reduced(_job, step)]).OrStoreErrorAsync();

    /// <summary>Reads fields of a hash, in parts that do not hold others up.</summary>
    private async Task<IReadOnlyList<RedisValue>> ReadFieldsAsync(string key, RedisValue[] fields)
    {
        var values = await Task.WhenAll(fields.Chunk(FieldsAtOnce).Select(part => Meta.HashGetAsync(key, part).OrStoreErrorAsync()));
        return [.. values.SelectMany(part => part)];
    }

    private List<RedisValue> Head(long generation, long step, TimeSpan life) =>
        [generation, _incarnation, step, (long)life.TotalMilliseconds, _keys.Events(_job)];

    private async Task<Reply> EvaluateAsync(string script, RedisKey[] keys, List<RedisValue> arguments) =>
        Reply.From(await Meta.ScriptEvaluateAsync(script, keys, [.. arguments]).OrStoreErrorAsync());
}
