using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using SkiaSharp;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Tasks.Local.Pictures;

/// <summary>Turns images and views into bitmaps.</summary>
internal static class ImageTiles
{
    private const int WebpQuality = 70;

    /// <summary>A decoded image; owned by the caller.</summary>
    public static SKBitmap Of(DecodedImage image)
    {
        var bitmap = new SKBitmap(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var target = bitmap.GetPixelSpan();
        for (var pixel = 0; pixel < image.Width * image.Height; pixel++)
        {
            image.Pixels.AsSpan(pixel * 3, 3).CopyTo(target[(pixel * 4)..]);
            target[(pixel * 4) + 3] = byte.MaxValue;
        }

        return bitmap;
    }

    /// <summary>One view of a batch with its normalization taken back; owned by the caller.</summary>
    /// <param name="views_N3HW">Float32 views on the CPU; borrowed.</param>
    /// <param name="index">Which one.</param>
    /// <param name="normalization">What they were normalized by.</param>
    public static SKBitmap Of(Tensor views_N3HW, int index, ChannelNormalization normalization)
    {
        using var scope = NewDisposeScope();
        var view = views_N3HW[index].contiguous();
        var (height, width) = ((int)view.shape[1], (int)view.shape[2]);
        var values = MemoryMarshal.Cast<byte, float>(view.bytes);
        var bitmap = new SKBitmap(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        var target = bitmap.GetPixelSpan();
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var value = (values[(channel * width * height) + pixel] * normalization.Deviation(channel)) + normalization.Mean(channel);
                target[(pixel * 4) + channel] = (byte)Math.Clamp(Math.Round(value * byte.MaxValue), 0, byte.MaxValue);
            }

            target[(pixel * 4) + 3] = byte.MaxValue;
        }

        return bitmap;
    }

    /// <summary>The largest rectangle of a bitmap's proportions in the middle of a square.</summary>
    public static SKRect Fit(SKBitmap bitmap, float left, float top, float side)
    {
        var scale = side / Math.Max(bitmap.Width, bitmap.Height);
        var (width, height) = (bitmap.Width * scale, bitmap.Height * scale);
        return SKRect.Create(left + ((side - width) / 2), top + ((side - height) / 2), width, height);
    }

    /// <summary>A small WebP of an image, base64.</summary>
    public static string Thumbnail(DecodedImage image, int side)
    {
        using var bitmap = Of(image);
        var place = Fit(bitmap, 0, 0, side);
        using var small = bitmap.Resize(
            new SKImageInfo(Math.Max(1, (int)place.Width), Math.Max(1, (int)place.Height)), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        using var data = small.Encode(SKEncodedImageFormat.Webp, WebpQuality);
        return Convert.ToBase64String(data.Span);
    }
}
