namespace LightlyCluster.Protocol.Tasks;

/// <summary>Asks for what a report of a run shows of its images.</summary>
public sealed record RunPictureRequest
{
    /// <summary>Name of the task.</summary>
    public const string Task = "run-picture";

    /// <summary>File of the weights.</summary>
    public required string Weights { get; init; }

    /// <summary>The job, <c>TrainingJobSpec</c> as JSON.</summary>
    public required string Specification { get; init; }

    /// <summary>Images that are embedded and shown, at most.</summary>
    public int ImagesMaximum { get; init; } = 600;

    /// <summary>Samples whose nearest neighbours are shown.</summary>
    public int Queries { get; init; } = 8;

    /// <summary>Neighbours of a sample.</summary>
    public int Neighbours { get; init; } = 6;
}
