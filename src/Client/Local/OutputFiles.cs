namespace LightlyCluster.Client.Local;

/// <summary>Names within an output folder.</summary>
internal static class OutputFiles
{
    /// <summary>The job as resolved.</summary>
    public const string Job = "job.yaml";

    /// <summary>The result.</summary>
    public const string Result = "result.json";

    /// <summary>One line a committed step.</summary>
    public const string Metrics = "metrics.jsonl";

    /// <summary>What all processes wrote.</summary>
    public const string Log = "train.log";

    /// <summary>Role, id and number of each process while it runs.</summary>
    public const string Fleet = "fleet.json";

    /// <summary>Files of the embedded store.</summary>
    public const string Store = ".store";

    /// <summary>Checkpoints.</summary>
    public const string Checkpoints = "checkpoints";

    /// <summary>The newest checkpoint.</summary>
    public const string LastCheckpoint = "checkpoints/last.safetensors";

    /// <summary>Trained backbones for other programs.</summary>
    public const string ExportedModels = "exported_models";

    /// <summary>Embeddings in two dimensions, written by a worker.</summary>
    public const string Evaluation = "evaluation.json";

    /// <summary>Everything that a run may have written: what --overwrite removes.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        Job, Result, Metrics, Log, Fleet, Store, Checkpoints, ExportedModels, Evaluation,
        "loss.png", "loss.svg", "embeddings.png", "embeddings.svg", "report.html",
    ];
}
