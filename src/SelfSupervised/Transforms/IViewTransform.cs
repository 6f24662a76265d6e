using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Makes one view of each image of a batch; implement it for augmentations of your own.</summary>
/// <remarks>
/// Draw random numbers from <see cref="Randomness.RandomStream"/>, keyed by (seed, epoch, sample, view): then a sample's view does
/// not depend on the batch it is in, and a fleet of any size trains the same.
/// </remarks>
public interface IViewTransform
{
    /// <summary>Makes one view of each image.</summary>
    /// <param name="images">Decoded images of any sizes, at least one; borrowed.</param>
    /// <param name="sampleIds">Number of each image in its data set.</param>
    /// <param name="seed">The job's or loader's seed.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="view">Number of the view.</param>
    /// <returns>Views, float32 [N, 3, height, width]; the caller owns it.</returns>
    Tensor Apply(IReadOnlyList<DecodedImage> images, IReadOnlyList<long> sampleIds, ulong seed, long epoch, int view);
}
