using LightlyCluster.SelfSupervised.Datasets.Storage;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>How a data set is opened.</summary>
public sealed record ImageSourceOptions
{
    /// <summary>"folder", "tar" or "video"; empty to find out.</summary>
    public string Source { get; init; } = "";

    /// <summary>How storage is reached.</summary>
    public StorageOptions Storage { get; init; } = new();

    /// <summary>Is told how far downloading and indexing are; may be null.</summary>
    public IndexProgress? Progress { get; init; }

    /// <summary>Whether a video that cannot be used is left out; otherwise the data set is refused.</summary>
    public bool IsSkippingBadVideos { get; init; }
}
