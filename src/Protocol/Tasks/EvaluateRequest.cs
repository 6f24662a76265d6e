namespace LightlyCluster.Protocol.Tasks;

/// <summary>Asks how well classes can be told apart by embeddings. Paths are full; empty ones are not given.</summary>
public sealed record EvaluateRequest
{
    /// <summary>Name of the task.</summary>
    public const string Task = "evaluate";

    /// <summary>knn or linear.</summary>
    public required string Kind { get; init; }

    /// <summary>Embeddings with labels.</summary>
    public required string Embeddings { get; init; }

    /// <summary>Labelled embeddings to test on; empty: every fifth image of each class is held out.</summary>
    public string Test { get; init; } = "";

    /// <summary>k of knn; null: a tenth of the bank, at most 200.</summary>
    public int? NeighbourCount { get; init; }

    /// <summary>Temperature of knn's vote.</summary>
    public double Temperature { get; init; } = 0.1;

    /// <summary>Epochs of the linear classifier.</summary>
    public int Epochs { get; init; } = 90;

    /// <summary>Images of an update of the linear classifier.</summary>
    public int BatchSize { get; init; } = 256;

    /// <summary>Learning rate of the linear classifier at a batch of 256.</summary>
    public double LearningRate { get; init; } = 0.1;

    /// <summary>Seed of the order of images.</summary>
    public ulong Seed { get; init; }
}
