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

    /// <summary>What must be equal on two machines for equal pixels: the manifest's digest, and the decoder where it is a program.</summary>
    public virtual string Identity => Manifest.Digest;

    /// <summary>Names of files that could not be used and are no part of the data set.</summary>
    public virtual IReadOnlyList<string> LeftOut => [];

    /// <summary>Reads and decodes an image.</summary>
    /// <param name="index">Index of the image in the manifest.</param>
    /// <returns>The pixels.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The manifest has no such index.</exception>
    /// <exception cref="IOException">
    /// The bytes cannot be read or their number has changed: a fault of this machine, not of the image.
    /// </exception>
    /// <exception cref="CorruptImageException">The bytes are no image.</exception>
    public abstract DecodedImage Decode(int index);

    /// <summary>Reads and decodes several images, in the way that is quickest for the source.</summary>
    /// <param name="indices">Indices in the manifest, in any order.</param>
    /// <param name="cancellationToken">Ends the decoding.</param>
    /// <returns>What became of each, in the order of the indices.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The manifest has no such index.</exception>
    /// <exception cref="IOException">The bytes cannot be read.</exception>
    public abstract IReadOnlyList<LoadedImage> Load(IReadOnlyList<int> indices, CancellationToken cancellationToken);

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
