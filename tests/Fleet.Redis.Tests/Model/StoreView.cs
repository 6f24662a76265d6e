using System.Text;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Redis.Tests.Model;

/// <summary>All that can be seen of a job in a store, as text that can be compared.</summary>
internal static class StoreView
{
    private static readonly string[] Fields =
        ["id", "spec", "displayName", "created", "shards", "stopAfter", "minimum", "maximum", "state", "reason", "message", "generation",
         "term", "step", "started", "ended", "planStep", "planCurrent", "planNext", "images", "stepsPerEpoch", "stepsTotal", "manifest",
         "numericClass", "vectorLength", "baseStep", "baseHash", "stateHash", "stateStep", "replaced", "retainFrom", "snapshot", "pauseRequested",
         "pauseReason", "pauseMessage", "snapshotWanted", "transport", "transportWhy"];

    /// <summary>Reads everything.</summary>
    public static async Task<string> OfAsync(IFleetStore store, string job)
    {
        if (await store.Jobs.ReadAsync(job) is not { } record)
        {
            return "";
        }

        var view = new StringBuilder();
        foreach (var field in Fields)
        {
            view.AppendLine($"{field}={record.Field(field)}");
        }

        // The stores write one number in two ways (0.5, 0.500000).
        view.AppendLine($"trainingSeconds={double.Parse(record.Field("trainingSeconds") ?? "0")}");
        var steps = store.Steps(job, "one");
        for (var step = Math.Max(0, record.Step - 2); step <= record.Step + 1; step++)
        {
            var nodes = await steps.ReadNodesAsync(step, [.. Enumerable.Range(0, StoreCalls.Chunks)], StoreCalls.Shards);
            view.AppendLine($"{step}: {Sorted(await steps.ReadShardsAsync(step, [.. Enumerable.Range(0, StoreCalls.Shards)]))}; {Sorted(nodes)}")
                .AppendLine($"{step}: {Sorted(await steps.ReadReducedAsync(step))}")
                .AppendLine($"{step}: {await steps.ReadEntryAsync(step, record.BaseStep)} {await steps.ReadHashAsync(step)}");
        }

        var peers = await store.Peers(job, "one").ReadAsync();
        view.AppendLine($"peers {peers.Secret} {Sorted(peers.Addresses)}");
        return view.AppendLine($"log {string.Join(',', await store.Jobs.ReadCommittedStepsAsync(job))}")
            .AppendLine($"metrics {string.Join(',', await store.Jobs.ReadMetricsAsync(job, 0, 100))}")
            .AppendLine($"recoveries {string.Join(',', await store.Jobs.ReadRecoveriesAsync(job))}")
            .AppendLine($"history {Sorted(await store.Jobs.ReadHistoryAsync(job))}").ToString();
    }

    /// <summary>The invariants that hold for any sequence, read from the store alone.</summary>
    public static async Task RequireInvariantsAsync(IFleetStore store, string job)
    {
        if (await store.Jobs.ReadAsync(job) is not { IsInitialized: true } record)
        {
            return;
        }

        // One entry a commit, in order, none missing (I1, I4).
        (await store.Jobs.ReadCommittedStepsAsync(job))
            .ShouldBe(Enumerable.Range((int)record.BaseStep, (int)(record.Step - record.BaseStep)).Select(step => (long)step));
        var nodes = await store.Steps(job, "one").ReadNodesAsync(record.Step, [.. Enumerable.Range(0, StoreCalls.Chunks)], StoreCalls.Shards);
        foreach (var chunk in nodes.GroupBy(node => node.Chunk))
        {
            var shards = chunk.SelectMany(pointer => Enumerable.Range(pointer.Node.Start, pointer.Node.Count)).ToArray();
            shards.Distinct().Count().ShouldBe(shards.Length, $"published nodes of chunk {chunk.Key} overlap");
        }
    }

    /// <summary>Each block that is done counts once and has one row.</summary>
    public static async Task RequireBlockInvariantsAsync(IFleetStore store, string job)
    {
        if (await store.Jobs.ReadAsync(job) is { IsInitialized: true } record)
        {
            (await store.Jobs.ReadMetricsAsync(job, 0, 100)).Count.ShouldBe((int)record.Step);
            record.Step.ShouldBeLessThanOrEqualTo(StoreCalls.Blocks);
        }
    }

    private static string Sorted<T>(IEnumerable<T> items) =>
        string.Join(' ', items.Select(item => $"{item}").Order(StringComparer.Ordinal));
}
