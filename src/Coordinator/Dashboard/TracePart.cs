namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A worker's part of a traced step.</summary>
internal sealed record TracePart(
    string Worker, double Start, double Milliseconds, int Shards, long Generation, long MemoryBytes, IReadOnlyList<PhaseRow> Phases);
