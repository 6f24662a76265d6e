namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Where the bytes of a data set's images come from. Safe to use from several threads.</summary>
public abstract class ImageSource : IDisposable
{
    /// <summary>Makes a source over an index.</summary>
    /// <param name="manifest">Names, sizes and labels of the images.</param>
    protected ImageSource(ImageManifest manifest)
    {
        Manifest = manifest;
    }

    /// <summary>Names, sizes and labels of the images, the same on every machine that holds the same data.</summary>
    public ImageManifest Manifest { get; }

    /// <summary>Reads the file of an image.</summary>
    /// <param name="index">Index of the image in the manifest.</param>
    /// <returns>The undecoded bytes; their number is the manifest's.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The manifest has no such index.</exception>
    /// <exception cref="IOException">
    /// The bytes cannot be read or their number has changed: a fault of this machine, not of the image.
    /// </exception>
    public abstract byte[] ReadBytes(int index);

    /// <summary>Reads and decodes an image.</summary>
    /// <param name="index">Index of the image in the manifest.</param>
    /// <returns>The pixels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The manifest has no such index.</exception>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    /// <exception cref="CorruptImageException">The bytes are no image.</exception>
    public DecodedImage Decode(int index) => ImageDecoder.Decode(ReadBytes(index), Manifest.Names[index]);

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what the source has open.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
    }

    /// <summary>Refuses an index that the manifest does not have.</summary>
    /// <param name="index">Index of an image.</param>
    /// <exception cref="ArgumentOutOfRangeException">The manifest has no such index.</exception>
    protected void RequireIndex(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Manifest.Count);
    }
}
