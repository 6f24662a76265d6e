using System.Buffers.Binary;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Finds the orientation that a camera wrote into a JPEG file, and turns pixels upright.</summary>
/// <remarks>
/// Values as in EXIF: 1 upright, 2 mirrored, 3 upside down, 4 flipped, 5 transposed, 6 turn right, 7 transversed, 8 turn left.
/// </remarks>
internal static class ExifOrientation
{
    private const ushort OrientationTag = 0x0112;

    /// <summary>The orientation in a JPEG file's APP1 segment; 1 where there is none or it cannot be read.</summary>
    public static int Find(ReadOnlySpan<byte> jpeg)
    {
        var offset = 2;
        while (offset + 4 <= jpeg.Length && jpeg[offset] == 0xFF)
        {
            var marker = jpeg[offset + 1];
            if (marker == 0xFF)
            {
                offset++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(jpeg[(offset + 2)..]);
            var isBeforeImage = marker is not (0xDA or 0xD9) && length >= 2;
            if (!isBeforeImage || offset + 2 + length > jpeg.Length)
            {
                return 1;
            }

            var segment = jpeg.Slice(offset + 4, length - 2);
            if (marker == 0xE1 && segment.StartsWith("Exif\0\0"u8))
            {
                return FindInTiff(segment[6..]);
            }

            offset += 2 + length;
        }

        return 1;
    }

    /// <summary>Applies an orientation; 1 gives the image itself, any other one takes it.</summary>
    public static DecodedImage Apply(DecodedImage image, int orientation)
    {
        if (orientation is < 2 or > 8)
        {
            return image;
        }

        var swapsSides = orientation >= 5;
        var width = swapsSides ? image.Height : image.Width;
        var height = swapsSides ? image.Width : image.Height;
        var lastColumn = image.Width - 1;
        var lastRow = image.Height - 1;
        var source = image.Pixels;
        var target = PixelPool.Rent(source.Length);
        var offset = 0;
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++, offset += 3)
            {
                var (column, row) = orientation switch
                {
                    2 => (lastColumn - x, y),
                    3 => (lastColumn - x, lastRow - y),
                    4 => (x, lastRow - y),
                    5 => (y, x),
                    6 => (y, lastRow - x),
                    7 => (lastColumn - y, lastRow - x),
                    _ => (lastColumn - y, x),
                };
                source.AsSpan(((row * image.Width) + column) * 3, 3).CopyTo(target.AsSpan(offset));
            }
        }

        image.Recycle();
        return new DecodedImage(width, height, target) { IsRented = true };
    }

    private static int FindInTiff(ReadOnlySpan<byte> tiff)
    {
        var isLittle = tiff.StartsWith("II*\0"u8);
        if (tiff.Length < 8 || (!isLittle && !tiff.StartsWith("MM\0*"u8)))
        {
            return 1;
        }

        var directory = ReadUInt32(tiff[4..], isLittle);
        if (directory + 2L > tiff.Length)
        {
            return 1;
        }

        var entries = ReadUInt16(tiff[(int)directory..], isLittle);
        for (var entry = 0; entry < entries; entry++)
        {
            var offset = directory + 2L + (entry * 12L);
            if (offset + 12 > tiff.Length)
            {
                return 1;
            }

            var field = tiff.Slice((int)offset, 12);
            if (ReadUInt16(field, isLittle) == OrientationTag)
            {
                int value = ReadUInt16(field[8..], isLittle);
                return value is >= 1 and <= 8 ? value : 1;
            }
        }

        return 1;
    }

    private static ushort ReadUInt16(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}
