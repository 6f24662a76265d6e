namespace LightlyCluster.Fleet.Verdicts;

/// <summary>What a verdict on a run rests on.</summary>
public sealed record RunEvidence
{
    /// <summary>Seconds of each measured step, in order.</summary>
    public required IReadOnlyList<double> StepSeconds { get; init; }

    /// <summary>Seconds of all those steps by phase, as the workers report them.</summary>
    public required IReadOnlyDictionary<string, double> PhaseSeconds { get; init; }

    /// <summary>Everybody who took part.</summary>
    public required IReadOnlyList<WorkerEvidence> Workers { get; init; }

    /// <summary>Members that were lost.</summary>
    public int Recoveries { get; init; }

    /// <summary>Bytes of the worker's process, as measured through the run, in order.</summary>
    public IReadOnlyList<long> MemoryBytes { get; init; } = [];

    /// <summary>Bytes that the process may have; 0: not known.</summary>
    public long MemoryLimitBytes { get; init; }

    /// <summary>Whether the DATA store had no room.</summary>
    public bool IsStoreFull { get; init; }
}
