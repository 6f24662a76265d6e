using System.Globalization;
using LightlyCluster.Fleet.Embeddings;
using LightlyCluster.Fleet.Stores;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis;

/// <summary>The blocks of one embedding job in META.</summary>
public sealed class BlockStore(RedisConnections connections, string job, string incarnation) : IBlockStore
{
    private readonly RedisKeys _keys = new(connections.Endpoints.KeyPrefix);

    /// <inheritdoc/>
    public async Task<BlockLease> LeaseAsync(int blockCount)
    {
        RedisKey[] keys = [_keys.Job(job), _keys.Members(job), _keys.BlockLeases(job), _keys.BlocksDone(job)];
        var reply = Reply.From(await connections.Meta.ScriptEvaluateAsync(LuaScripts.LeaseBlock, keys, [incarnation, blockCount]).OrStoreErrorAsync());
        return reply.Code switch
        {
            "LEASED" => new(BlockLeaseOutcome.Leased, int.Parse(reply.Values[0])),
            "HELP" => new(BlockLeaseOutcome.Help, int.Parse(reply.Values[0])),
            "DONE" => new(BlockLeaseOutcome.Done, -1),
            _ => new(BlockLeaseOutcome.Stale, -1),
        };
    }

    /// <inheritdoc/>
    public async Task<BlockCompletion> CompleteAsync(int block, string digest, double seconds)
    {
        RedisKey[] keys = [_keys.Job(job), _keys.Members(job), _keys.BlockLeases(job), _keys.BlocksDone(job), _keys.Metrics(job)];
        RedisValue[] arguments = [incarnation, block, digest, seconds.ToString("0.######", CultureInfo.InvariantCulture), _keys.Events(job)];
        var reply = Reply.From(await connections.Meta.ScriptEvaluateAsync(LuaScripts.CompleteBlock, keys, arguments).OrStoreErrorAsync());
        return new(reply.Code != "STALE", reply.Code == "DIFFERENT" ? reply.Values[0] : "");
    }
}
