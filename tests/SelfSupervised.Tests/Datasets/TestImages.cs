using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using LightlyCluster.SelfSupervised.Datasets;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

/// <summary>Makes images and image files for tests.</summary>
internal static class TestImages
{
    /// <summary>An image with smooth colours and some structure, different for each seed.</summary>
    public static DecodedImage Make(int width, int height, int seed = 1)
    {
        var pixels = new byte[width * height * 3];
        for (var index = 0; index < pixels.Length; index++)
        {
            var pixel = index / 3;
            var wave = Math.Sin((pixel % width * 0.21 * seed) + (pixel / width * 0.13) + (index % 3 * 2.1));
            pixels[index] = (byte)(127.5 + (100 * wave) + ((pixel * 7919 * seed) % 27));
        }

        return new DecodedImage(width, height, pixels);
    }

    public static byte[] Encode(DecodedImage image, SKEncodedImageFormat format, int quality = 95)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                var offset = ((y * image.Width) + x) * 3;
                bitmap.SetPixel(x, y, new SKColor(image.Pixels[offset], image.Pixels[offset + 1], image.Pixels[offset + 2]));
            }
        }

        using var data = bitmap.Encode(format, quality);
        return data.ToArray();
    }

    /// <summary>Puts an EXIF segment with an orientation behind the first marker of a JPEG file.</summary>
    public static byte[] WithOrientation(byte[] jpeg, byte orientation, bool isLittleEndian)
    {
        byte[] tiff = isLittleEndian
            ? [(byte)'I', (byte)'I', 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
            : [(byte)'M', (byte)'M', 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];
        byte[] segment = [0xFF, 0xE1, 0, (byte)(tiff.Length + 8), .. "Exif\0\0"u8, .. tiff];
        return [.. jpeg[..2], .. segment, .. jpeg[2..]];
    }

    /// <summary>Writes a PNG file from raw scan lines.</summary>
    /// <param name="width">Width in pixels.</param>
    /// <param name="height">Height in pixels.</param>
    /// <param name="bitDepth">Bits a sample.</param>
    /// <param name="colorType">0 gray, 2 RGB, 4 gray and alpha, 6 RGB and alpha.</param>
    /// <param name="samples">Bytes of all scan lines, without filter bytes.</param>
    public static byte[] Png(int width, int height, byte bitDepth, byte colorType, byte[] samples)
    {
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = bitDepth;
        header[9] = colorType;
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            var line = samples.Length / height;
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(samples, y * line, line);
            }
        }

        return
        [
            0x89, .. "PNG\r\n"u8, 0x1A, 0x0A, .. Chunk("IHDR"u8, header), .. Chunk("IDAT"u8, compressed.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] content)
    {
        byte[] body = [.. type, .. content];
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        var checksum = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(body));
        return [.. length, .. body, .. checksum];
    }
}
