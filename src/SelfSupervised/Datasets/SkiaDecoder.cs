using System.Runtime.InteropServices;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Decodes by Skia: everything that libturbojpeg does not take.</summary>
internal static class SkiaDecoder
{
    /// <summary>Name and version of the native library.</summary>
    public static string Identity { get; } = $"skia-{SkiaSharpVersion.Native}";

    /// <summary>Decodes a file and turns it upright.</summary>
    public static DecodedImage DecodeUpright(ReadOnlyMemory<byte> bytes, string name)
    {
        using var pinned = bytes.Pin();
        using var data = SKData.Create(Address(pinned), bytes.Length);
        using var stream = new SKMemoryStream(data);
        using var codec = SKCodec.Create(stream, out var opened);
        if (opened != SKCodecResult.Success)
        {
            throw new CorruptImageException(name, $"the header cannot be read ({opened})");
        }

        var size = codec.Info;
        ImageDecoder.RequireSize(size.Width, size.Height, name);

        // No colour space on the target: stored values stay as they are. Unpremul: colours stay when transparency is dropped.
        var info = new SKImageInfo(size.Width, size.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        var pixelCount = (long)size.Width * size.Height;
        var result = Decode(codec, info, pixelCount, out var pixels);
        if (result != SKCodecResult.Success)
        {
            throw new CorruptImageException(name, result == SKCodecResult.IncompleteInput
                ? "the image data end early"
                : $"the image data cannot be decoded ({result})");
        }

        return ExifOrientation.Apply(new DecodedImage(size.Width, size.Height, pixels) { IsRented = true }, (int)codec.EncodedOrigin);
    }

    private static unsafe nint Address(System.Buffers.MemoryHandle pinned) => (nint)pinned.Pointer;

    private static unsafe SKCodecResult Decode(SKCodec codec, SKImageInfo info, long pixelCount, out byte[] pixels)
    {
        pixels = [];
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)pixelCount, 4);
        try
        {
            var result = codec.GetPixels(info, (nint)memory);
            if (result == SKCodecResult.Success)
            {
                pixels = PixelPool.Rent(checked((int)(pixelCount * 3)));
                fixed (byte* target = pixels)
                {
                    for (long pixel = 0; pixel < pixelCount; pixel++)
                    {
                        target[pixel * 3] = memory[pixel * 4];
                        target[(pixel * 3) + 1] = memory[(pixel * 4) + 1];
                        target[(pixel * 3) + 2] = memory[(pixel * 4) + 2];
                    }
                }
            }

            return result;
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }
}
