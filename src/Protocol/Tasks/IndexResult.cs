namespace LightlyCluster.Protocol.Tasks;

/// <summary>What a data set holds.</summary>
/// <param name="Kind">folder, tar or video.</param>
/// <param name="Images">Number of images, or of frames.</param>
/// <param name="Bytes">Bytes of all files.</param>
/// <param name="Digest">Digest of the manifest: equal where the data sets are.</param>
/// <param name="Classes">Names of the classes with their numbers of images; empty without labels.</param>
/// <param name="Videos">The videos; null for images.</param>
public sealed record IndexResult(
    string Kind, long Images, long Bytes, string Digest, IReadOnlyList<IndexedClass> Classes, IReadOnlyList<IndexedVideo>? Videos);
