namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Turns samples into the batch of views that a step trains on; the place where images are augmented.</summary>
public interface ICollateFunction
{
    /// <summary>Makes the views of a batch.</summary>
    /// <param name="samples">The samples, at least one; borrowed.</param>
    /// <param name="seed">Seed of the random numbers.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <returns>Views, labels and names; the caller disposes it.</returns>
    CollatedBatch Collate(IReadOnlyList<ImageSample> samples, ulong seed, long epoch);
}
