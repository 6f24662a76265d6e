namespace LightlyCluster.Client.Runs;

/// <summary>What has come of a job: the content of <c>result.json</c>.</summary>
internal sealed record RunResult
{
    /// <summary>Identifier of the job.</summary>
    public required string Job { get; init; }

    /// <summary>Succeeded, Paused, Failed or Cancelled.</summary>
    public required string State { get; init; }

    /// <summary>CamelCase word and sentence; empty while all is well.</summary>
    public required string Reason { get; init; }

    /// <summary>Name of the method.</summary>
    public required string Method { get; init; }

    /// <summary>Name of the backbone.</summary>
    public required string Backbone { get; init; }

    /// <summary>Committed steps.</summary>
    public required long Steps { get; init; }

    /// <summary>Steps divided by the steps of an epoch.</summary>
    public required double Epochs { get; init; }

    /// <summary>Images that were trained on: steps times batch size.</summary>
    public required long Images { get; init; }

    /// <summary>Mean loss of the last epoch's steps; null before the first step.</summary>
    public required double? Loss { get; init; }

    /// <summary>Loss of every step, thinned above 10,000.</summary>
    public required IReadOnlyList<double> LossHistory { get; init; }

    /// <summary>Hash of the newest state.</summary>
    public required string StateHash { get; init; }

    /// <summary>Nearest-neighbour accuracy of the initial backbone, 0 to 1; null without labels.</summary>
    public required double? KnnTop1Untrained { get; init; }

    /// <summary>Nearest-neighbour accuracy of the trained backbone, 0 to 1; null without labels.</summary>
    public required double? KnnTop1 { get; init; }

    /// <summary>How neighbours were counted; null without labels.</summary>
    public required KnnResult? Knn { get; init; }

    /// <summary>Standard deviation of normalized embeddings times the root of their dimension; 1 is healthy, 0 collapsed.</summary>
    public required double? CollapseStd { get; init; }

    /// <summary>Speed without start-up and evaluation.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>Seconds of the whole command.</summary>
    public required double WallSeconds { get; init; }

    /// <summary>How payloads travelled in the last generation, and why where the job says auto.</summary>
    public required TransportResult? Transport { get; init; }

    /// <summary>Every incarnation that took part.</summary>
    public required IReadOnlyList<WorkerResult> Workers { get; init; }

    /// <summary>Every incarnation that was lost.</summary>
    public required IReadOnlyList<RecoveryResult> Recoveries { get; init; }

    /// <summary>The ledger of samples.</summary>
    public required SampleResult? Samples { get; init; }

    /// <summary>What limited the run; null when too few steps were measured.</summary>
    public required VerdictResult? Verdict { get; init; }

    /// <summary>Files that did not decode, at most 100.</summary>
    public required IReadOnlyList<string> BadFiles { get; init; }
}
