namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Images that can be asked for by number.</summary>
public interface IImageDataset
{
    /// <summary>Number of elements.</summary>
    int Count { get; }

    /// <summary>Reads and decodes an element.</summary>
    /// <param name="index">0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such element.</exception>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    /// <exception cref="CorruptImageException">The bytes are no image.</exception>
    ImageSample this[int index] { get; }
}
