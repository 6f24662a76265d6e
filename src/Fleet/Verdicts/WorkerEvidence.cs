namespace LightlyCluster.Fleet.Verdicts;

/// <summary>A worker that took part.</summary>
/// <param name="Id">Its stable name.</param>
/// <param name="ImagesPerSecond">Throughput of pure computing; 0: not known.</param>
/// <param name="IsStraggler">Whether the coordinator marked it as one.</param>
public sealed record WorkerEvidence(string Id, double ImagesPerSecond, bool IsStraggler);
