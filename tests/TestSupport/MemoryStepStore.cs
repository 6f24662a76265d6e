using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using LightlyCluster.Fleet;
using LightlyCluster.Fleet.Reduction;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>The running step in memory; each method is the script of the same name, line by line.</summary>
internal sealed class MemoryStepStore(MemoryKeys keys, string job, string incarnation) : IStepStore
{
    private readonly MemoryJobKeys _names = new(job);

    private IReadOnlyDictionary<string, string> Job => keys.Hash(_names.Job);

    private long Step => long.Parse(Job["step"]);

    /// <summary>publish_shards.lua.</summary>
    public Task<(PublishOutcome Outcome, int Different)> PublishShardsAsync(
        long generation, long step, IReadOnlyList<ShardPointer> shards, TimeSpan life)
    {
        if (Refuse(generation, step) is { } refusal)
        {
            return Task.FromResult((refusal, 0));
        }

        var different = 0;
        var stored = keys.OpenHash(_names.Shards(step));
        foreach (var shard in shards)
        {
            var prefix = $"{shard.SamplesDigest}|{shard.Replaced}|{shard.Payload.Digest}|";
            if (!stored.TryGetValue($"{shard.Shard}", out var before))
            {
                stored[$"{shard.Shard}"] = prefix + shard.Payload.Key;
            }
            else if (!before.StartsWith(prefix, StringComparison.Ordinal))
            {
                different++;
            }
            else if (shard.Payload.Key.Length > 0)
            {
                stored[$"{shard.Shard}"] = prefix + shard.Payload.Key;
            }
        }

        keys.Expire(_names.Shards(step), life);
        keys.Publish(_names.Events);
        return Task.FromResult((PublishOutcome.Accepted, different));
    }

    /// <summary>publish_nodes.lua.</summary>
    public Task<PublishOutcome> PublishNodesAsync(long generation, long step, IReadOnlyList<NodePointer> nodes, TimeSpan life)
    {
        if (Refuse(generation, step) is { } refusal)
        {
            return Task.FromResult(refusal);
        }

        var stored = keys.OpenHash(_names.Nodes(step));
        foreach (var node in nodes)
        {
            var mine = $"{node.Node.Start}:{node.Node.Count}:{node.Payload.Digest}:";
            var others = stored.GetValueOrDefault($"{node.Chunk}", "").Split(';', StringSplitOptions.RemoveEmptyEntries)
                .Where(entry => !entry.StartsWith(mine, StringComparison.Ordinal)).ToArray();
            if (others.Select(NodeOf).All(other => other.Start >= node.Node.End || other.End <= node.Node.Start))
            {
                stored[$"{node.Chunk}"] = string.Concat(others.Select(other => other + ";")) + mine + node.Payload.Key + ";";
            }
        }

        keys.Expire(_names.Nodes(step), life);
        keys.Publish(_names.Events);
        return Task.FromResult(PublishOutcome.Accepted);
    }

    /// <summary>publish_reduced.lua.</summary>
    public Task<PublishOutcome> PublishReducedAsync(
        long generation, long step, IReadOnlyList<ChunkPointer> chunks, int chunkCount, int shardCount, double learningRate, TimeSpan life)
    {
        if (step < Step)
        {
            return Task.FromResult(PublishOutcome.AlreadyCommitted);
        }

        if (Refuse(generation, step) is { } refusal)
        {
            return Task.FromResult(refusal);
        }

        var stored = keys.OpenHash(_names.Reduced(step));
        foreach (var chunk in chunks)
        {
            var value = $"{chunk.Payload.Digest}|{chunk.Payload.Key}";
            if (!stored.TryAdd($"{chunk.Chunk}", value) && chunk.Payload.Key.Length > 0
                && stored[$"{chunk.Chunk}"].StartsWith($"{chunk.Payload.Digest}|", StringComparison.Ordinal))
            {
                stored[$"{chunk.Chunk}"] = value;
            }
        }

        keys.Expire(_names.Reduced(step), life);
        var shards = keys.Hash(_names.Shards(step));
        if (stored.Count < chunkCount || shards.Count < shardCount)
        {
            keys.Publish(_names.Events);
            return Task.FromResult(PublishOutcome.Accepted);
        }

        Commit(generation, step, stored, shards, chunkCount, shardCount, learningRate);
        return Task.FromResult(PublishOutcome.Committed);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, ShardPointer>> ReadShardsAsync(long step) =>
        Task.FromResult<IReadOnlyDictionary<int, ShardPointer>>(keys.Hash(_names.Shards(step)).Select(entry => (int.Parse(entry.Key), entry.Value.Split('|')))
            .ToDictionary(entry => entry.Item1, entry => new ShardPointer(
                entry.Item1, entry.Item2[0], int.Parse(entry.Item2[1]), new(entry.Item2[2], entry.Item2[3]))));

    /// <inheritdoc/>
    public Task<IReadOnlyList<NodePointer>> ReadNodesAsync(long step, IReadOnlyList<int> chunks)
    {
        var stored = keys.Hash(_names.Nodes(step));
        return Task.FromResult<IReadOnlyList<NodePointer>>(
            [.. from chunk in chunks
                from entry in stored.GetValueOrDefault($"{chunk}", "").Split(';', StringSplitOptions.RemoveEmptyEntries)
                let parts = entry.Split(':', 4)
                select new NodePointer(chunk, NodeOf(entry), new(parts[2], parts[3]))]);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, PayloadPointer>> ReadReducedAsync(long step) =>
        Task.FromResult<IReadOnlyDictionary<int, PayloadPointer>>(keys.Hash(_names.Reduced(step)).ToDictionary(
            entry => int.Parse(entry.Key), entry => new PayloadPointer(entry.Value.Split('|')[0], entry.Value.Split('|')[1])));

    /// <inheritdoc/>
    public Task<StepEntry?> ReadEntryAsync(long step, long baseStep)
    {
        var log = keys.List(_names.Log);
        var index = step - baseStep + 1;
        return Task.FromResult(step >= baseStep && index < log.Count ? StepEntry.Parse(log[(int)index]) : null);
    }

    /// <summary>verify_state.lua.</summary>
    public Task<string?> VerifyStateAsync(long step, string hash, string metrics, double seconds, long nowMilliseconds)
    {
        Invariant.Require(step <= Step, "a state is compared after its commit");
        var hashes = keys.OpenHash(_names.Hashes);
        var record = keys.OpenHash(_names.Job);
        if (!hashes.TryGetValue($"{step}", out var first))
        {
            hashes[$"{step}"] = hash;
            if (metrics.Length > 0)
            {
                keys.OpenList(_names.Metrics).Add(metrics);
            }

            hashes.Remove($"{step - 64}");
            record["trainingSeconds"] = $"{double.Parse(record.GetValueOrDefault("trainingSeconds", "0")) + seconds:R}";
            if (hash.Length > 0)
            {
                record["stateHash"] = hash;
                record["stateStep"] = $"{step}";
            }

            keys.Publish(_names.Events);
            return Task.FromResult<string?>(null);
        }

        if (first == hash)
        {
            return Task.FromResult<string?>(null);
        }

        if (record["state"] == "Running")
        {
            record["state"] = "Failed";
            record["reason"] = "StateMismatch";
            record["ended"] = $"{nowMilliseconds}";
            record["message"] = $"Step {step}: worker {incarnation} has state {hash}, another member has {first}.";
            keys.Publish(_names.Events);
        }

        return Task.FromResult<string?>(first);
    }

    /// <inheritdoc/>
    public Task<string?> ReadHashAsync(long step) => Task.FromResult(keys.Hash(_names.Hashes).GetValueOrDefault($"{step}"));

    /// <inheritdoc/>
    public Task ForgetStepAsync(long step)
    {
        keys.Delete(_names.Shards(step));
        keys.Delete(_names.Nodes(step));
        keys.Delete(_names.Reduced(step));
        return Task.CompletedTask;
    }

    private static TreeNode NodeOf(string entry)
    {
        var parts = entry.Split(':', 3);
        return new(int.Parse(parts[0]), int.Parse(parts[1]));
    }

    [SuppressMessage("Security", "CA5350", Justification = "Redis scripts have SHA-1 only; it tells equal bytes from unequal ones, nothing more.")]
    private static string Digest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(text)))[..16];

    /// <summary>The fence that all publishing scripts begin with; null when the caller may write.</summary>
    private PublishOutcome? Refuse(long generation, long step)
    {
        var record = Job;
        if (record["state"] != "Running")
        {
            return PublishOutcome.NotRunning;
        }

        if (record["generation"] != $"{generation}" || !keys.Hash(_names.Members).ContainsKey(incarnation))
        {
            return PublishOutcome.Stale;
        }

        return step < Step ? PublishOutcome.AlreadyCommitted : step > Step ? PublishOutcome.Future : null;
    }

    private void Commit(
        long generation, long step, Dictionary<string, string> chunks, IReadOnlyDictionary<string, string> shards,
        int chunkCount, int shardCount, double learningRate)
    {
        var record = keys.OpenHash(_names.Job);
        var log = keys.OpenList(_names.Log);
        Invariant.Require(log.Count == step - long.Parse(record["baseStep"]) + 1, "the log has an entry a commit");
        var digests = string.Concat(Enumerable.Range(0, chunkCount).Select(chunk => chunks[$"{chunk}"].Split('|')[0]));
        var samples = string.Concat(Enumerable.Range(0, shardCount).Select(shard => shards[$"{shard}"].Split('|')[0]));
        var replaced = Enumerable.Range(0, shardCount).Sum(shard => long.Parse(shards[$"{shard}"].Split('|')[1]));
        log.Add($"{step}|{generation}|{learningRate:R}|{Digest(digests)}|{Digest(samples)}");
        record["step"] = $"{step + 1}";
        if (replaced > 0)
        {
            record["replaced"] = $"{long.Parse(record.GetValueOrDefault("replaced", "0")) + replaced}";
        }

        keys.Publish(_names.Events);
    }
}
