namespace LightlyCluster.Protocol.Tasks;

/// <summary>Asks for the samples worth labelling. Paths are full; empty ones are not given.</summary>
public sealed record SampleRequest
{
    /// <summary>Name of the task.</summary>
    public const string Task = "sample";

    /// <summary>File of embeddings.</summary>
    public required string Embeddings { get; init; }

    /// <summary>File that receives the names, one a line in order of choice.</summary>
    public required string Out { get; init; }

    /// <summary>File that receives the report (JSON).</summary>
    public required string Report { get; init; }

    /// <summary>coreset, weighted or random.</summary>
    public required string Method { get; init; }

    /// <summary>How many, preselected ones included.</summary>
    public int? Count { get; init; }

    /// <summary>How many as a part of all, above 0 and up to 1; instead of <see cref="Count"/>.</summary>
    public double? Fraction { get; init; }

    /// <summary>Least distance of chosen samples.</summary>
    public double MinimumDistance { get; init; }

    /// <summary>Whether embeddings are scaled to length 1.</summary>
    public bool IsNormalized { get; init; } = true;

    /// <summary>Whether equal embeddings are chosen once.</summary>
    public bool IsDroppingDuplicates { get; init; } = true;

    /// <summary>Seed of the first sample and of random choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>File of names that are chosen already.</summary>
    public string Preselected { get; init; } = "";

    /// <summary>Whether the list leaves preselected samples out.</summary>
    public bool IsNewOnly { get; init; }

    /// <summary>File of names and scores.</summary>
    public string Scores { get; init; } = "";

    /// <summary>Threads that compute distances.</summary>
    public int Threads { get; init; } = 1;
}
