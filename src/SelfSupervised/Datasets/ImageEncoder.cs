using System.Runtime.InteropServices;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Writes pixels as an image file.</summary>
public sealed class ImageEncoder
{
    private readonly int _quality;

    private ImageEncoder(string extension, int quality)
    {
        Extension = extension;
        _quality = quality;
    }

    /// <summary>Writes PNG, without loss.</summary>
    public static ImageEncoder Png { get; } = new(".png", 100);

    /// <summary>Extension of the files, with its dot.</summary>
    public string Extension { get; }

    /// <summary>Writes JPEG.</summary>
    /// <param name="quality">1 to 100.</param>
    /// <returns>The encoder.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The quality is out of range.</exception>
    public static ImageEncoder Jpeg(int quality)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(quality, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(quality, 100);
        return new(".jpg", quality);
    }

    /// <summary>Encodes an image.</summary>
    /// <param name="image">The pixels.</param>
    /// <returns>The file.</returns>
    /// <exception cref="InvalidOperationException">The image is too large for the format.</exception>
    public byte[] Encode(DecodedImage image)
    {
        var pixels = new byte[checked(image.Width * image.Height * 4)];
        for (int source = 0, target = 0; source < image.Pixels.Length; source += 3, target += 4)
        {
            pixels[target] = image.Pixels[source];
            pixels[target + 1] = image.Pixels[source + 1];
            pixels[target + 2] = image.Pixels[source + 2];
            pixels[target + 3] = 255;
        }

        var pinned = GCHandle.Alloc(pixels, GCHandleType.Pinned);
        try
        {
            var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
            using var pixmap = new SKPixmap(info, pinned.AddrOfPinnedObject());
            using var data = Extension == Png.Extension
                ? pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.AllFilters, zLibLevel: 6))
                : pixmap.Encode(new SKJpegEncoderOptions(_quality));
            return data?.ToArray()
                ?? throw new InvalidOperationException($"An image of {image.Width} x {image.Height} pixels cannot be written as {Extension}.");
        }
        finally
        {
            pinned.Free();
        }
    }
}
