using System.IO.Hashing;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Images that are files, or members of archives, each with bytes of its own.</summary>
public abstract class ImageFileSource : ImageSource
{
    /// <summary>Makes a source over an index.</summary>
    /// <param name="manifest">Names, sizes and labels of the images.</param>
    protected ImageFileSource(ImageManifest manifest)
        : base(manifest)
    {
    }

    /// <summary>Reads the file of an image.</summary>
    /// <param name="index">Index of the image in the manifest.</param>
    /// <returns>The undecoded bytes; their number is the manifest's.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The manifest has no such index.</exception>
    /// <exception cref="IOException">
    /// The bytes cannot be read or their number has changed: a fault of this machine, not of the image.
    /// </exception>
    public abstract byte[] ReadBytes(int index);

    /// <inheritdoc/>
    public override DecodedImage Decode(int index) => ImageDecoder.Decode(ReadBytes(index), Manifest.Names[index]);

    /// <inheritdoc/>
    public override IReadOnlyList<LoadedImage> Load(IReadOnlyList<int> indices, CancellationToken cancellationToken)
    {
        var images = new LoadedImage[indices.Count];
        ParallelWork.For(images.Length, place => images[place] = Load(indices[place]), cancellationToken);
        return images;
    }

    private LoadedImage Load(int index)
    {
        var bytes = ReadBytes(index);
        try
        {
            return new(ImageDecoder.Decode(bytes, Manifest.Names[index]), XxHash64.HashToUInt64(bytes), "");
        }
        catch (CorruptImageException error)
        {
            return new(null, 0, error.Message);
        }
    }
}
