namespace LightlyCluster.Fleet.Jobs;

/// <summary>What to embed; without weights the job trains instead.</summary>
public sealed record EmbedSpecification
{
    /// <summary>Images of a block that name no other number.</summary>
    public const int DefaultBlockImages = 64;

    /// <summary>Workers that may take part in an embedding job at most: its number of shards.</summary>
    public const int ShardCount = 64;

    /// <summary>A checkpoint, an exported model or pretrained weights: a path of the workers. Empty: the job trains.</summary>
    public string Weights { get; init; } = "";

    /// <summary>The file of the result, a path of the workers.</summary>
    public string Out { get; init; } = "";

    /// <summary>lightly-csv, csv, parquet, npy or safetensors; empty: by the extension of <see cref="Out"/>.</summary>
    public string Format { get; init; } = "";

    /// <summary>auto (the low-dimensional head where the backbone was trained with one), features or conv.</summary>
    public string Head { get; init; } = JobVocabulary.Auto;

    /// <summary>Principal components that the embeddings are reduced to; 0: not reduced.</summary>
    public int Pca { get; init; }

    /// <summary>Images that go through the network at once; part of what the bits depend on.</summary>
    public int BlockImages { get; init; } = DefaultBlockImages;

    /// <summary>Whether the job embeds.</summary>
    public bool IsWanted => Weights.Length > 0;
}
