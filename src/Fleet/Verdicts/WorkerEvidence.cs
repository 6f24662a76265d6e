namespace LightlyCluster.Fleet.Verdicts;

/// <summary>A worker that took part.</summary>
/// <param name="Id">Its stable name.</param>
/// <param name="ImagesPerSecond">Throughput of pure computing; 0: not known.</param>
/// <param name="IsStraggler">Whether the coordinator marked it as one.</param>
/// <param name="IsGone">Whether it was lost or left before the end: a few shards of a dying worker say nothing about its speed.</param>
public sealed record WorkerEvidence(string Id, double ImagesPerSecond, bool IsStraggler, bool IsGone = false);
