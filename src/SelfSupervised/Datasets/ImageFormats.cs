namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Recognizes image files by their first bytes.</summary>
internal static class ImageFormats
{
    /// <summary>The kind of a file, or <see cref="ImageFormat.Unknown"/>.</summary>
    public static ImageFormat Recognize(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]))
        {
            return ImageFormat.Jpeg;
        }

        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return ImageFormat.Png;
        }

        if (bytes.StartsWith("GIF87a"u8) || bytes.StartsWith("GIF89a"u8))
        {
            return ImageFormat.Gif;
        }

        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8))
        {
            return ImageFormat.WebP;
        }

        if (bytes.StartsWith("II*\0"u8) || bytes.StartsWith("MM\0*"u8))
        {
            return ImageFormat.Tiff;
        }

        if (bytes.Length >= 3 && bytes[0] == (byte)'P' && bytes[1] is (byte)'2' or (byte)'3' or (byte)'5' or (byte)'6'
            && bytes[2] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r' or (byte)'#')
        {
            return ImageFormat.PortableAnymap;
        }

        // After "BM": the size of the file and two words that are zero.
        return bytes.Length >= 26 && bytes.StartsWith("BM"u8) ? ImageFormat.Bmp : ImageFormat.Unknown;
    }
}
