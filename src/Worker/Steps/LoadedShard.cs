using LightlyCluster.SelfSupervised.Datasets;

namespace LightlyCluster.Worker.Steps;

/// <summary>The images of a shard, for each view request in order.</summary>
/// <param name="Images">Decoded images by request and place.</param>
/// <param name="SampleIds">Keys of the random numbers, by request and place: the samples that the plan names.</param>
/// <param name="Views">The view of each request.</param>
/// <param name="Digest">Digest of (sample, view, content) that are really used, 16 hexadecimal digits.</param>
/// <param name="Replaced">Own positions whose file does not decode.</param>
/// <param name="Uncached">Images that nobody else holds: they are recycled when the views are made.</param>
internal sealed record LoadedShard(
    IReadOnlyList<DecodedImage[]> Images,
    IReadOnlyList<long[]> SampleIds,
    IReadOnlyList<int> Views,
    string Digest,
    int Replaced,
    IReadOnlyCollection<DecodedImage> Uncached)
{
    /// <summary>Gives the memory of the images back that only this shard has.</summary>
    public void Recycle()
    {
        foreach (var image in Uncached)
        {
            image.Recycle();
        }
    }
}
