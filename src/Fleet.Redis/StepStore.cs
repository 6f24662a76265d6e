using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Steps;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>The running step of one job in META: pointers, commit, log, state hashes. Every write is fenced.</summary>
public sealed class StepStore
{
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

    /// <summary>Publishes what shards used and their embeddings.</summary>
    /// <returns>The outcome, and how many of them another worker published with other bytes.</returns>
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

    /// <summary>Publishes nodes of the summation tree.</summary>
    public async Task<PublishOutcome> PublishNodesAsync(long generation, long step, IReadOnlyList<NodePointer> nodes, TimeSpan life)
    {
        var arguments = Head(generation, step, life);
        foreach (var node in nodes)
        {
            arguments.AddRange([node.Chunk, node.Node.Start, node.Node.Count, node.Payload.Digest, node.Payload.Key]);
        }

        return (await EvaluateAsync(LuaScripts.PublishNodes, [_keys.Job(_job), _keys.Members(_job), _keys.Nodes(_job, step)], arguments)).ToOutcome();
    }

    /// <summary>Publishes reduced chunks; the last one commits the step.</summary>
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
        return (await EvaluateAsync(LuaScripts.PublishReduced, keys, arguments)).ToOutcome();
    }

    /// <summary>The shards published in a step.</summary>
    public async Task<IReadOnlyDictionary<int, ShardPointer>> ReadShardsAsync(long step)
    {
        var entries = await Meta.HashGetAllAsync(_keys.Shards(_job, step));
        return entries.Select(entry => (Shard: (int)entry.Name, Parts: entry.Value.ToString().Split('|')))
            .ToDictionary(entry => entry.Shard, entry => new ShardPointer(
                entry.Shard, entry.Parts[0], int.Parse(entry.Parts[1]), new(entry.Parts[2], entry.Parts[3])));
    }

    /// <summary>The nodes published for some chunks of a step.</summary>
    public async Task<IReadOnlyList<NodePointer>> ReadNodesAsync(long step, IReadOnlyList<int> chunks)
    {
        if (chunks.Count == 0)
        {
            return [];
        }

        var values = await Meta.HashGetAsync(_keys.Nodes(_job, step), [.. chunks.Select(chunk => (RedisValue)chunk)]);
        var nodes = new List<NodePointer>();
        for (var index = 0; index < chunks.Count; index++)
        {
            foreach (var entry in values[index].ToString().Split(';', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = entry.Split(':', 4);
                nodes.Add(new(chunks[index], new TreeNode(int.Parse(parts[0]), int.Parse(parts[1])), new(parts[2], parts[3])));
            }
        }

        return nodes;
    }

    /// <summary>The reduced chunks published in a step.</summary>
    public async Task<IReadOnlyDictionary<int, PayloadPointer>> ReadReducedAsync(long step)
    {
        var entries = await Meta.HashGetAllAsync(_keys.Reduced(_job, step));
        return entries.ToDictionary(entry => (int)entry.Name, entry =>
        {
            var parts = entry.Value.ToString().Split('|');
            return new PayloadPointer(parts[0], parts[1]);
        });
    }

    /// <summary>The log entry of a committed step; null when the log does not reach back or forward to it.</summary>
    public async Task<StepEntry?> ReadEntryAsync(long step, long baseStep)
    {
        var text = step < baseStep ? RedisValue.Null : await Meta.ListGetByIndexAsync(_keys.Log(_job), step - baseStep + 1);
        return text.IsNull ? null : StepEntry.Parse(text.ToString());
    }

    /// <summary>Compares a state hash with the other members'; the first one leaves the step's metrics.</summary>
    /// <returns>Null when it agrees, otherwise the first hash.</returns>
    public async Task<string?> VerifyStateAsync(long step, string hash, string metrics, double seconds, long nowMilliseconds)
    {
        var reply = await EvaluateAsync(
            LuaScripts.VerifyState,
            [_keys.Job(_job), _keys.Hashes(_job), _keys.Metrics(_job)],
            [_incarnation, step, hash, metrics, step - 64, _keys.Events(_job), nowMilliseconds, seconds.ToString("F6")]);
        Invariant.Require(reply.Code != "FUTURE", "a state is compared after its commit");
        return reply.Code == "MISMATCH" ? reply.Values[0] : null;
    }

    /// <summary>The state hash that members agreed on; null when it is not known (any more).</summary>
    public async Task<string?> ReadHashAsync(long step) => await Meta.HashGetAsync(_keys.Hashes(_job), step);

    /// <summary>Drops the pointers of a step that everybody has applied.</summary>
    public Task ForgetStepAsync(long step) =>
        Meta.KeyDeleteAsync([_keys.Shards(_job, step), _keys.Nodes(_job, step), _keys.Reduced(_job, step)]);

    private List<RedisValue> Head(long generation, long step, TimeSpan life) =>
        [generation, _incarnation, step, (long)life.TotalMilliseconds, _keys.Events(_job)];

    private async Task<Reply> EvaluateAsync(string script, RedisKey[] keys, List<RedisValue> arguments) =>
        Reply.From(await Meta.ScriptEvaluateAsync(script, keys, [.. arguments]));
}
