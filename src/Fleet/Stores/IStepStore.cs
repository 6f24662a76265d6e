using LightlyCluster.Fleet.Steps;

namespace LightlyCluster.Fleet.Stores;

/// <summary>The running step of one job in META, as one incarnation writes it: pointers, commit, log, state hashes. Every write is fenced.</summary>
public interface IStepStore
{
    /// <summary>Publishes what shards used and their embeddings.</summary>
    /// <returns>The outcome, and how many of them another worker published with other bytes.</returns>
    Task<(PublishOutcome Outcome, int Different)> PublishShardsAsync(
        long generation, long step, IReadOnlyList<ShardPointer> shards, TimeSpan life);

    /// <summary>Publishes nodes of the summation tree.</summary>
    Task<PublishOutcome> PublishNodesAsync(long generation, long step, IReadOnlyList<NodePointer> nodes, TimeSpan life);

    /// <summary>Publishes reduced chunks; the last one commits the step.</summary>
    Task<PublishOutcome> PublishReducedAsync(
        long generation, long step, IReadOnlyList<ChunkPointer> chunks, int chunkCount, int shardCount, double learningRate, TimeSpan life);

    /// <summary>Those of some shards that are published in a step.</summary>
    Task<IReadOnlyDictionary<int, ShardPointer>> ReadShardsAsync(long step, IReadOnlyList<int> shards);

    /// <summary>The nodes published for some chunks of a step, of a tree over so many shards.</summary>
    Task<IReadOnlyList<NodePointer>> ReadNodesAsync(long step, IReadOnlyList<int> chunks, int shardCount);

    /// <summary>The reduced chunks published in a step.</summary>
    Task<IReadOnlyDictionary<int, PayloadPointer>> ReadReducedAsync(long step);

    /// <summary>The log entry of a committed step; null when the log does not reach back or forward to it.</summary>
    Task<StepEntry?> ReadEntryAsync(long step, long baseStep);

    /// <summary>Log entries of committed steps from one on, in order.</summary>
    Task<IReadOnlyList<StepEntry>> ReadEntriesAsync(long step, long baseStep, int count);

    /// <summary>Compares the hash of a state with those of the members; the first report of a state leaves the step's metrics.</summary>
    /// <returns>How it compares, and the first hash (empty while there is none).</returns>
    Task<(StateVerdict Verdict, string First)> VerifyStateAsync(StateReport report);

    /// <summary>The state hash that members agreed on; null when it is not known (any more).</summary>
    Task<string?> ReadHashAsync(long step);

    /// <summary>Drops the pointers of a step that everybody has applied.</summary>
    Task ForgetStepAsync(long step);
}
