namespace LightlyCluster.Protocol.Tasks;

/// <summary>Asks for a picture of samples beside their augmented views.</summary>
public sealed record PreviewRequest
{
    /// <summary>Name of the task.</summary>
    public const string Task = "preview";

    /// <summary>The job, <c>TrainingJobSpec</c> as JSON.</summary>
    public required string Specification { get; init; }

    /// <summary>The PNG file to write.</summary>
    public required string Out { get; init; }

    /// <summary>Number of samples.</summary>
    public int Count { get; init; } = 8;

    /// <summary>A TrueType font for the headings.</summary>
    public required string Font { get; init; }
}
