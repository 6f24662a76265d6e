namespace LightlyCluster.Protocol.Tasks;

/// <summary>What a report of a run shows of its images.</summary>
/// <param name="Names">Name of each shown image.</param>
/// <param name="Labels">Class of each; empty without classes.</param>
/// <param name="ClassNames">Names of the classes.</param>
/// <param name="Points">First two principal components of each image's embedding.</param>
/// <param name="Thumbnails">A small WebP of each image, base64.</param>
/// <param name="Neighbours">A row for some samples: the sample, then its nearest images; positions in the lists above.</param>
/// <param name="CollapseStd">Spread of normalized embeddings times the root of their dimension: 1 is healthy, 0 collapsed.</param>
/// <param name="Invariances">How little embeddings change under each group of augmentations.</param>
/// <param name="Dimension">Numbers of an embedding.</param>
/// <param name="ImagesTotal">Images of the data.</param>
public sealed record RunPicture(
    IReadOnlyList<string> Names,
    IReadOnlyList<int> Labels,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<double[]> Points,
    IReadOnlyList<string> Thumbnails,
    IReadOnlyList<int[]> Neighbours,
    double CollapseStd,
    IReadOnlyList<InvariancePicture> Invariances,
    int Dimension,
    int ImagesTotal);
