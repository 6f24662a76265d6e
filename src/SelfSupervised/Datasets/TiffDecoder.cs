using System.Runtime.InteropServices;
using BitMiracle.LibTiff.Classic;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Decodes TIFF by LibTiff.NET: the first page, every compression and colour model of libtiff with 1 to 16 bits a sample.</summary>
internal static class TiffDecoder
{
    private static readonly SilentTiffErrors Errors = Install();

    /// <summary>Name and version of the library.</summary>
    public static string Identity { get; } = $"libtiff.net-{typeof(Tiff).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Decodes a file and turns it upright.</summary>
    public static DecodedImage DecodeUpright(ReadOnlyMemory<byte> bytes, string name)
    {
        Errors.Forget();
        try
        {
            using var stream = Open(bytes);
            using var tiff = Tiff.ClientOpen(name, "r", stream, new TiffStream())
                ?? throw new CorruptImageException(name, $"the TIFF header cannot be read{Because()}");
            return Decode(tiff, name);
        }
#pragma warning disable CA1031 // A managed port of a C library: what was a wild pointer there is any kind of exception here.
        catch (Exception error) when (error is not CorruptImageException)
#pragma warning restore CA1031
        {
            throw new CorruptImageException($"{name}: the TIFF data cannot be decoded ({error.GetType().Name}).", error);
        }
    }

    private static DecodedImage Decode(Tiff tiff, string name)
    {
        var width = Number(tiff, TiffTag.IMAGEWIDTH, 0);
        var height = Number(tiff, TiffTag.IMAGELENGTH, 0);
        ImageDecoder.RequireSize(width, height, name);
        if (!tiff.RGBAImageOK(out var reason))
        {
            throw new CorruptImageException(name, $"this kind of TIFF is not supported ({reason.TrimEnd('.')}); convert the image to PNG");
        }

        var orientation = Number(tiff, TiffTag.ORIENTATION, 1);
        var pixels = IsWithStraightAlpha(tiff) ? ReadColours(tiff, name, width, height) : ReadAsRgba(tiff, name, width, height, orientation);
        return ExifOrientation.Apply(new DecodedImage(width, height, pixels), orientation);
    }

    // libtiff multiplies colours by alpha; they are to stay as they are when transparency is dropped.
    private static bool IsWithStraightAlpha(Tiff tiff) =>
        Number(tiff, TiffTag.SAMPLESPERPIXEL, 1) == 4
        && Number(tiff, TiffTag.BITSPERSAMPLE, 1) is 8 or 16
        && Number(tiff, TiffTag.PHOTOMETRIC, 0) == (int)Photometric.RGB
        && Number(tiff, TiffTag.PLANARCONFIG, 1) == (int)PlanarConfig.CONTIG
        && !tiff.IsTiled();

    private static byte[] ReadColours(Tiff tiff, string name, int width, int height)
    {
        var sampleBytes = Number(tiff, TiffTag.BITSPERSAMPLE, 8) / 8;
        var line = new byte[tiff.ScanlineSize()];
        var pixels = new byte[checked(width * height * 3)];
        for (var (row, target) = (0, 0); row < height; row++)
        {
            if (!tiff.ReadScanline(line, row))
            {
                throw new CorruptImageException(name, $"the TIFF data end early or are damaged{Because()}");
            }

            for (var column = 0; column < width; column++)
            {
                for (var channel = 0; channel < 3; channel++)
                {
                    var sample = ((column * 4) + channel) * sampleBytes;
                    pixels[target++] = sampleBytes == 1 ? line[sample] : (byte)(BitConverter.ToUInt16(line, sample) >> 8);
                }
            }
        }

        return pixels;
    }

    private static byte[] ReadAsRgba(Tiff tiff, string name, int width, int height, int orientation)
    {
        var raster = new int[checked(width * height)];
        var asStored = orientation is >= 1 and <= 8 ? (Orientation)orientation : Orientation.TOPLEFT;
        if (!tiff.ReadRGBAImageOriented(width, height, raster, asStored, stopOnError: true))
        {
            throw new CorruptImageException(name, $"the TIFF data end early or are damaged{Because()}");
        }

        var pixels = new byte[checked(width * height * 3)];
        for (int source = 0, target = 0; source < raster.Length; source++, target += 3)
        {
            pixels[target] = (byte)Tiff.GetR(raster[source]);
            pixels[target + 1] = (byte)Tiff.GetG(raster[source]);
            pixels[target + 2] = (byte)Tiff.GetB(raster[source]);
        }

        return pixels;
    }

    private static MemoryStream Open(ReadOnlyMemory<byte> bytes) => MemoryMarshal.TryGetArray(bytes, out var segment)
        ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
        : new MemoryStream(bytes.ToArray(), writable: false);

    private static int Number(Tiff tiff, TiffTag tag, int otherwise) => tiff.GetFieldDefaulted(tag) is [var value, ..] ? value.ToInt() : otherwise;

    private static string Because() => Errors.Last.Length > 0 ? $" ({Errors.Last.TrimEnd('.')})" : "";

    private static SilentTiffErrors Install()
    {
        var errors = new SilentTiffErrors();
        Tiff.SetErrorHandler(errors);
        return errors;
    }
}
