namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Turns the bytes of an image file into pixels.</summary>
/// <remarks>
/// What a file is, its first bytes tell, not its name. JPEG files in colour or gray go to libturbojpeg where the system has it;
/// everything else, and JPEG files where it is missing, goes to Skia; TIFF goes to LibTiff.NET; PPM and PGM are read here. An EXIF
/// orientation is applied, transparency is dropped, 16-bit channels keep their upper 8 bits. Safe to use from several threads.
/// </remarks>
public static class ImageDecoder
{
    /// <summary>The largest image that is decoded, in pixels; a header that announces more is refused before memory is taken.</summary>
    public const long PixelsMaximum = 178_956_970;

    /// <summary>Names the decoders and their versions; two machines decode to equal bits only if this text is equal on both.</summary>
    public static string Identity { get; } = $"{TurboJpeg.Identity}+{SkiaDecoder.Identity}+{TiffDecoder.Identity}";

    /// <summary>Decodes an image.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">Name of the file, for messages.</param>
    /// <returns>The pixels, upright.</returns>
    /// <exception cref="CorruptImageException">
    /// The bytes are no image of a known kind, are cut short, or announce too many pixels.
    /// </exception>
    public static DecodedImage Decode(ReadOnlyMemory<byte> bytes, string name)
    {
        switch (ImageFormats.Recognize(bytes.Span))
        {
            case ImageFormat.Jpeg:
                var image = TurboJpeg.TryDecode(bytes, name) ?? SkiaDecoder.DecodeUpright(bytes, name);
                return image;
            case ImageFormat.PortableAnymap:
                return PortableAnymapReader.Decode(bytes.Span, name);
            case ImageFormat.Png or ImageFormat.Gif or ImageFormat.Bmp or ImageFormat.WebP:
                return SkiaDecoder.DecodeUpright(bytes, name);
            case ImageFormat.Tiff:
                return TiffDecoder.DecodeUpright(bytes, name);
            default:
                throw new CorruptImageException(name, bytes.IsEmpty
                    ? "the file is empty"
                    : "not an image: the first bytes are of no known format (JPEG, PNG, WebP, GIF, BMP, TIFF, PPM, PGM)");
        }
    }

    /// <summary>Refuses sizes that no image has or that would take too much memory.</summary>
    internal static void RequireSize(long width, long height, string name)
    {
        if (width < 1 || height < 1)
        {
            throw new CorruptImageException(name, $"the header says {width} x {height} pixels");
        }

        if (width * height > PixelsMaximum)
        {
            throw new CorruptImageException(name, $"{width} x {height} pixels are more than the limit of {PixelsMaximum}");
        }
    }
}
