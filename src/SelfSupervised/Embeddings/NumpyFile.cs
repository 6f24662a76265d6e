using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>NumPy's file of one array (format 1.0), with names and labels in a comma-separated file beside it.</summary>
/// <remarks>Source of the format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html</remarks>
internal static partial class NumpyFile
{
    private const int Alignment = 64;
    private const int PrefixBytes = 10;
    private const int RowsAtOnce = 4096;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>The file of names and labels that belongs to an array.</summary>
    public static string CompanionOf(string path) => Path.ChangeExtension(path, ".filenames.csv");

    public static void Write(Stream stream, IEmbeddingRows rows)
    {
        var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows.Count}, {rows.Dimension}), }}";
        var length = (PrefixBytes + text.Length + Alignment) / Alignment * Alignment;
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        Magic.CopyTo(prefix);
        prefix[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(prefix[8..], (ushort)(length - PrefixBytes));
        stream.Write(prefix);
        stream.Write(Encoding.ASCII.GetBytes(text.PadRight(length - PrefixBytes - 1) + "\n"));
        WriteRows(stream, rows);
    }

    /// <summary>Writes the values, row after row, little-endian.</summary>
    public static void WriteRows(Stream stream, IEmbeddingRows rows)
    {
        var buffer = new float[RowsAtOnce * rows.Dimension];
        for (var start = 0; start < rows.Count; start += RowsAtOnce)
        {
            var piece = buffer.AsSpan(0, Math.Min(RowsAtOnce, rows.Count - start) * rows.Dimension);
            rows.Read(start, piece);
            stream.Write(MemoryMarshal.AsBytes(piece));
        }
    }

    public static void WriteCompanion(TextWriter writer, EmbeddingTable table)
    {
        writer.Write(table.Labels is null ? "filenames\r\n" : "filenames,labels\r\n");
        for (var row = 0; row < table.Count; row++)
        {
            var name = table.Names[row];
            var quoted = name.AsSpan().IndexOfAny(",\"\r\n") < 0 ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
            writer.Write(table.Labels is { } labels ? $"{quoted},{labels[row].ToString(CultureInfo.InvariantCulture)}\r\n" : $"{quoted}\r\n");
        }
    }

    public static EmbeddingTable Read(string path)
    {
        var (offset, count, dimension) = ReadHeader(path);
        var companion = CompanionOf(path);
        if (!File.Exists(companion))
        {
            throw new EmbeddingFileException($"'{path}' has no names: '{companion}', which lightly embed writes beside it, is missing.");
        }

        var (names, labels) = EmbeddingsCsvReader.ReadNames(companion);
        if (names.Count != count)
        {
            throw new EmbeddingFileException($"'{path}' holds {count} embeddings and '{companion}' {names.Count} names; they do not belong together.");
        }

        return new(names, new MappedRows(path, offset, count, dimension), labels);
    }

    private static (long Offset, int Count, int Dimension) ReadHeader(string path)
    {
        using var stream = File.OpenRead(path);
        Span<byte> prefix = stackalloc byte[PrefixBytes];
        if (stream.ReadAtLeast(prefix, PrefixBytes, throwOnEndOfStream: false) < PrefixBytes || !prefix[..6].SequenceEqual(Magic) || prefix[6] != 1)
        {
            throw new EmbeddingFileException($"'{path}' is no NumPy file of format 1.0.");
        }

        var text = new byte[BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..])];
        var read = stream.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
        var match = ShapePattern().Match(Encoding.ASCII.GetString(text, 0, read));
        if (!match.Success || !int.TryParse(match.Groups["n"].ValueSpan, out var count) || !int.TryParse(match.Groups["d"].ValueSpan, out var dimension)
            || count < 1 || dimension < 1)
        {
            throw new EmbeddingFileException($"'{path}' holds no float32 array [N, D] in row order (numpy: array.astype('<f4', order='C')).");
        }

        var offset = (long)PrefixBytes + text.Length;
        var expected = offset + ((long)count * dimension * sizeof(float));
        return stream.Length == expected
            ? (offset, count, dimension)
            : throw new EmbeddingFileException($"'{path}' is damaged: it has {stream.Length} bytes and should have {expected}.");
    }

    [GeneratedRegex(
        @"'descr':\s*'<f4',\s*'fortran_order':\s*False,\s*'shape':\s*\((?<n>\d+),\s*(?<d>\d+)\)",
        RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ShapePattern();
}
