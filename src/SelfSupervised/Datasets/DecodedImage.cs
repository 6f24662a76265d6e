namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The pixels of one image: 8-bit RGB, rows from top to bottom, the three colours of a pixel side by side.</summary>
public sealed class DecodedImage
{
    private byte[]? _pixels;

    /// <summary>Wraps pixels; the array is kept, not copied.</summary>
    /// <param name="width">Width in pixels, at least 1.</param>
    /// <param name="height">Height in pixels, at least 1.</param>
    /// <param name="pixels">Red, green and blue of each pixel, uint8 [height, width, 3].</param>
    /// <exception cref="ArgumentOutOfRangeException">A side is below 1.</exception>
    /// <exception cref="ArgumentException">The array's length is not width x height x 3.</exception>
    public DecodedImage(int width, int height, byte[] pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.LongLength != (long)width * height * 3)
        {
            throw new ArgumentException(
                $"An image of {width} x {height} pixels has {(long)width * height * 3} bytes, not {pixels.LongLength}.",
                nameof(pixels));
        }

        Width = width;
        Height = height;
        _pixels = pixels;
    }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Red, green and blue of each pixel, uint8 [height, width, 3].</summary>
    /// <exception cref="ObjectDisposedException">The image was recycled.</exception>
    public byte[] Pixels => _pixels ?? throw new ObjectDisposedException(nameof(DecodedImage), "The image was recycled; its memory belongs to another one.");

    /// <summary>Whether the pixels lie in memory of the pool, and nobody but the holder of the image knows them.</summary>
    internal bool IsRented { get; init; }

    /// <summary>Lets the memory be used for another image, where it is known that only this one has it. Nobody may look at the image any more.</summary>
    public void Recycle()
    {
        if (IsRented && Interlocked.Exchange(ref _pixels, null) is { } pixels)
        {
            PixelPool.Return(pixels);
        }
    }
}
