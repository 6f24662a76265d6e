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

        var (different, isReplaced) = (0, false);
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
                isReplaced = true;
            }
        }

        keys.Expire(_names.Shards(step), life);
        if (isReplaced || stored.Count >= int.Parse(Job["shards"]))
        {
            keys.Publish(_names.Events);
        }

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
        var shards = int.Parse(Job["shards"]);
        var ownerShare = 4 * (int)Math.Ceiling(shards / (double)keys.Hash(_names.Members).Count);
        var isHint = false;
        foreach (var node in nodes)
        {
            var (field, value) = (FieldOf(node.Chunk, node.Node), $"{node.Payload.Digest}:{node.Payload.Key}");
            if (stored.TryGetValue(field, out var before))
            {
                isHint |= before.StartsWith($"{node.Payload.Digest}:", StringComparison.Ordinal);
                stored[field] = before.StartsWith($"{node.Payload.Digest}:", StringComparison.Ordinal) ? value : before;
            }
            else if (IsFree(stored, node.Chunk, node.Node, new(0, shards)))
            {
                var covered = int.Parse(stored.GetValueOrDefault($"{node.Chunk}", "0"));
                covered += node.Node.Count - (covered > 0 ? DropWithin(stored, node.Chunk, node.Node) : 0);
                stored[field] = value;
                stored[$"{node.Chunk}"] = $"{covered}";
                isHint |= shards - covered <= ownerShare;
            }
        }

        keys.Expire(_names.Nodes(step), life);
        if (isHint)
        {
            keys.Publish(_names.Events);
        }

        return Task.FromResult(PublishOutcome.Accepted);
    }

    /// <summary>publish_reduced.lua.</summary>
    public Task<PublishOutcome> PublishReducedAsync(
        long generation, long step, IReadOnlyList<ChunkPointer> chunks, int chunkCount, int shardCount, double learningRate, TimeSpan life)
    {
        if (!Job.ContainsKey("baseStep"))
        {
            return Task.FromResult(PublishOutcome.NotRunning);
        }

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
    public Task<IReadOnlyDictionary<int, ShardPointer>> ReadShardsAsync(long step, IReadOnlyList<int> shards)
    {
        var stored = keys.Hash(_names.Shards(step));
        return Task.FromResult<IReadOnlyDictionary<int, ShardPointer>>(shards.Where(shard => stored.ContainsKey($"{shard}"))
            .Select(shard => (Shard: shard, Parts: stored[$"{shard}"].Split('|')))
            .ToDictionary(entry => entry.Shard, entry => new ShardPointer(
                entry.Shard, entry.Parts[0], int.Parse(entry.Parts[1]), new(entry.Parts[2], entry.Parts[3]))));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<NodePointer>> ReadNodesAsync(long step, IReadOnlyList<int> chunks, int shardCount)
    {
        var stored = keys.Hash(_names.Nodes(step));
        return Task.FromResult<IReadOnlyList<NodePointer>>(
            [.. from chunk in stored.Count == 0 ? [] : chunks
                from node in ReductionTree.Nodes(shardCount)
                where stored.ContainsKey(FieldOf(chunk, node))
                let parts = stored[FieldOf(chunk, node)].Split(':', 2)
                select new NodePointer(chunk, node, new(parts[0], parts[1]))]);
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

    /// <inheritdoc/>
    public Task<IReadOnlyList<StepEntry>> ReadEntriesAsync(long step, long baseStep, int count) => Task.FromResult<IReadOnlyList<StepEntry>>(
        [.. keys.List(_names.Log).Skip((int)(step - baseStep) + 1).Take(count).Select(StepEntry.Parse)]);

    /// <summary>verify_state.lua.</summary>
    public Task<(StateVerdict Verdict, string First)> VerifyStateAsync(StateReport report)
    {
        if (!Job.TryGetValue("baseStep", out var baseStep))
        {
            return Task.FromResult((StateVerdict.Equal, ""));
        }

        Invariant.Require(report.Step <= Step, "a state is compared after its commit");
        var record = keys.OpenHash(_names.Job);
        if (report.Metrics.Length > 0 && keys.List(_names.Metrics).Count == report.Step - long.Parse(baseStep) - 1)
        {
            keys.OpenList(_names.Metrics).Add(report.Metrics);
            record["trainingSeconds"] = $"{double.Parse(record.GetValueOrDefault("trainingSeconds", "0")) + report.Seconds:R}";
            keys.Publish(_names.Events);
        }

        var first = keys.Hash(_names.Hashes(report.Step)).GetValueOrDefault("=", "");
        if (!keys.Hash(_names.Members).ContainsKey(incarnation))
        {
            var differs = report.Hash.Length > 0 && first.Length > 0 && first != report.Hash;
            return Task.FromResult(differs ? (StateVerdict.Different, first) : (StateVerdict.Equal, ""));
        }

        var hashes = keys.OpenHash(_names.Hashes(report.Step));
        hashes[incarnation] = $"{report.Hash}|{report.Worker}";
        keys.Expire(_names.Hashes(report.Step), TimeSpan.FromMinutes(10));
        keys.Delete(_names.Hashes(report.Step - 64));
        if (report.Hash.Length == 0)
        {
            return Task.FromResult((StateVerdict.Equal, ""));
        }

        if (first.Length == 0)
        {
            first = hashes["="] = record["stateHash"] = report.Hash;
            record["stateStep"] = $"{report.Step}";
        }

        return Task.FromResult(Compare(report, hashes, first));
    }

    /// <inheritdoc/>
    public Task<string?> ReadHashAsync(long step) => Task.FromResult(keys.Hash(_names.Hashes(step)).GetValueOrDefault("="));

    /// <inheritdoc/>
    public Task ForgetStepAsync(long step)
    {
        keys.Delete(_names.Shards(step));
        keys.Delete(_names.Nodes(step));
        keys.Delete(_names.Reduced(step));
        return Task.CompletedTask;
    }

    private static string FieldOf(int chunk, TreeNode node) => $"{chunk}:{node.Start}:{node.Count}";

    /// <summary>Whether a node is one of the tree and lies within no published one.</summary>
    private static bool IsFree(Dictionary<string, string> stored, int chunk, TreeNode node, TreeNode from)
    {
        while (from != node)
        {
            if (from.IsLeaf || node.Start < from.Start || node.End > from.End || stored.ContainsKey(FieldOf(chunk, from)))
            {
                return false;
            }

            from = node.Start >= from.Right.Start ? from.Right : from.Left;
        }

        return true;
    }

    /// <summary>Drops published nodes within a node.</summary>
    /// <returns>The shards that they covered.</returns>
    private static int DropWithin(Dictionary<string, string> stored, int chunk, TreeNode node) => node.IsLeaf
        ? 0
        : new[] { node.Left, node.Right }.Sum(part => stored.Remove(FieldOf(chunk, part)) ? part.Count : DropWithin(stored, chunk, part));

    [SuppressMessage("Security", "CA5350", Justification = "Redis scripts have SHA-1 only; it tells equal bytes from unequal ones, nothing more.")]
    private static string Digest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(text)))[..16];

    private (StateVerdict Verdict, string First) Compare(StateReport report, Dictionary<string, string> hashes, string first)
    {
        if (first != report.Hash)
        {
            hashes["!"] = "1";
        }

        if (!hashes.ContainsKey("!"))
        {
            return (StateVerdict.Equal, "");
        }

        var reports = hashes.Where(entry => entry.Key is not ("=" or "!")).Select(entry => entry.Value.Split('|', 2)).ToArray();
        if (reports.Length < keys.Hash(_names.Members).Count && !report.IsDecisive)
        {
            return (first == report.Hash ? StateVerdict.Equal : StateVerdict.Suspect, first);
        }

        var record = keys.OpenHash(_names.Job);
        if (record["state"] == "Running")
        {
            var groups = reports.Where(entry => entry[0].Length > 0).GroupBy(entry => entry[0], entry => entry[1])
                .OrderByDescending(group => group.Count()).ThenBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => (Hash: group.Key, Names: group.Order(StringComparer.Ordinal).ToArray())).ToArray();
            var parts = groups.Select(group => $"{group.Hash} on {string.Join(", ", group.Names)}");
            var message = $"The states after step {report.Step - 1} differ: {string.Join("; ", parts)}.";
            if (groups.Length == 2 && groups.Sum(group => group.Names.Length) >= 3 && groups[1].Names is [var alone])
            {
                message += $" {alone} is alone.";
            }

            record["state"] = "Failed";
            record["reason"] = "StateMismatch";
            record["ended"] = $"{report.NowMilliseconds}";
            record["message"] = message;
            keys.Publish(_names.Events);
        }

        return (StateVerdict.Different, first);
    }

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
