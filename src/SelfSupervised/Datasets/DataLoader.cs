using System.Collections;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Yields the batches of a data set, augmented: <c>foreach (var ((x0, x1), labels, names) in loader)</c>.</summary>
/// <remarks>
/// Each enumeration is the next epoch. The order and every augmentation follow from (seed, epoch), so a second loader with the same
/// seed yields the same bits. The reader disposes each batch.
/// </remarks>
public sealed class DataLoader : IEnumerable<CollatedBatch>
{
    private readonly IImageDataset _dataset;
    private readonly ICollateFunction _collateFunction;
    private readonly int _batchSize;
    private readonly bool _shuffle;
    private readonly bool _dropLast;
    private readonly ulong _seed;

    /// <summary>Makes a loader.</summary>
    /// <param name="dataset">The images; borrowed.</param>
    /// <param name="batchSize">Images in a batch, at least 1.</param>
    /// <param name="collateFunction">Makes views of the images.</param>
    /// <param name="shuffle">Visit the images in a new random order each epoch.</param>
    /// <param name="dropLast">Leave out the last batch where it is smaller than the others.</param>
    /// <param name="seed">Decides order and augmentations.</param>
    /// <exception cref="ArgumentOutOfRangeException">The batch size is below 1.</exception>
    public DataLoader(
        IImageDataset dataset,
        int batchSize,
        ICollateFunction collateFunction,
        bool shuffle = false,
        bool dropLast = false,
        ulong seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        _dataset = dataset;
        _batchSize = batchSize;
        _collateFunction = collateFunction;
        _shuffle = shuffle;
        _dropLast = dropLast;
        _seed = seed;
    }

    /// <summary>Number of batches in an epoch.</summary>
    public int Count => _dropLast ? _dataset.Count / _batchSize : (_dataset.Count + _batchSize - 1) / _batchSize;

    /// <summary>Number of the epoch that the next enumeration yields; set it to continue a run.</summary>
    public long Epoch { get; set; }

    /// <inheritdoc/>
    public IEnumerator<CollatedBatch> GetEnumerator() => Enumerate(Epoch++).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private IEnumerable<CollatedBatch> Enumerate(long epoch)
    {
        var order = _shuffle && _dataset.Count > 0
            ? new SamplePermutation(new RandomStream(_seed, RandomPurpose.Loader, epoch, _dataset.Count, 0), _dataset.Count)
            : null;
        for (var batch = 0; batch < Count; batch++)
        {
            var first = batch * _batchSize;
            var samples = new ImageSample[Math.Min(_batchSize, _dataset.Count - first)];
            for (var index = 0; index < samples.Length; index++)
            {
                samples[index] = _dataset[(int)(order?[first + index] ?? first + index)];
            }

            yield return _collateFunction.Collate(samples, _seed, epoch);
        }
    }
}
