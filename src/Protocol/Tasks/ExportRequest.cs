namespace LightlyCluster.Protocol.Tasks;

/// <summary>Asks for a backbone in a form that other programs read.</summary>
public sealed record ExportRequest
{
    /// <summary>Name of the task.</summary>
    public const string Task = "export";

    /// <summary>File of the weights.</summary>
    public required string Weights { get; init; }

    /// <summary>The specification of the backbone, <c>TrainingJobSpec</c> as JSON.</summary>
    public required string Specification { get; init; }

    /// <summary>safetensors, pt or onnx.</summary>
    public required string Format { get; init; }

    /// <summary>The file to write.</summary>
    public required string Out { get; init; }
}
