using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using LightlyCluster.SelfSupervised.Checkpoints;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>
/// Embeddings as safetensors: <c>embeddings</c> float32 [N, D], <c>labels</c> int64 [N] where there are labels, <c>filenames</c>
/// uint8: UTF-8 text, a name a line; class names as a JSON list in the metadata.
/// </summary>
internal static class EmbeddingsSafetensors
{
    private const string Rows = "embeddings";
    private const string LabelNumbers = "labels";
    private const string NameBytes = "filenames";
    private const string ClassNameList = "classNames";

    public static void Write(Stream stream, EmbeddingTable table)
    {
        var names = Encoding.UTF8.GetBytes(string.Join('\n', table.Names));
        var header = MakeHeader(table, names.Length);
        Span<byte> length = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        stream.Write(length);
        stream.Write(header);
        NumpyFile.WriteRows(stream, table.Rows);
        if (table.Labels is { } labels)
        {
            stream.Write(MemoryMarshal.AsBytes<long>(labels.Select(label => (long)label).ToArray()));
        }

        stream.Write(names);
    }

    public static EmbeddingTable Read(string path)
    {
        var (entries, metadata, offset) = Safetensors.ReadLayout(path);
        var rows = entries.FirstOrDefault(entry => entry.Name == Rows);
        var names = entries.FirstOrDefault(entry => entry.Name == NameBytes);
        if (rows is not { Type: ScalarType.Float32, Shape: [> 0 and <= int.MaxValue, > 0 and <= int.MaxValue] } || names is not { Type: ScalarType.Byte })
        {
            throw new EmbeddingFileException(
                $"'{path}' holds no embeddings: it lacks 'embeddings' [N, D] or 'filenames'. Its tensors are, for example, "
                + $"{string.Join(", ", entries.Take(3).Select(entry => $"'{entry.Name}'"))}.");
        }

        using var stream = File.OpenRead(path);
        var texts = Encoding.UTF8.GetString(ReadBytes(stream, offset, names)).Split('\n');
        var labels = entries.FirstOrDefault(entry => entry.Name == LabelNumbers) is { Type: ScalarType.Int64 } numbers
            ? MemoryMarshal.Cast<byte, long>(ReadBytes(stream, offset, numbers)).ToArray()
            : null;
        if (texts.Length != rows.Shape[0] || (labels is not null && labels.Length != rows.Shape[0]))
        {
            throw new EmbeddingFileException($"'{path}' holds {rows.Shape[0]} embeddings, {texts.Length} names and {labels?.Length ?? texts.Length} labels.");
        }

        return new(
            texts,
            new MappedRows(path, offset + rows.Begin, (int)rows.Shape[0], (int)rows.Shape[1]),
            labels is null ? null : Array.ConvertAll(labels, label => (int)label),
            ReadClassNames(path, metadata));
    }

    private static byte[] MakeHeader(EmbeddingTable table, int nameBytes)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            writer.WriteString("format", "pt");
            if (table.ClassNames.Count > 0)
            {
                writer.WriteString(ClassNameList, JsonSerializer.Serialize(table.ClassNames));
            }

            writer.WriteEndObject();
            var position = WriteEntry(writer, Rows, "F32", [table.Count, table.Dimension], 0, sizeof(float));
            position = table.Labels is null ? position : WriteEntry(writer, LabelNumbers, "I64", [table.Count], position, sizeof(long));
            WriteEntry(writer, NameBytes, "U8", [nameBytes], position, 1);
            writer.WriteEndObject();
        }

        while (buffer.Length % sizeof(long) != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static long WriteEntry(Utf8JsonWriter writer, string name, string type, long[] shape, long begin, int elementBytes)
    {
        var end = begin + (shape.Aggregate(1L, (product, size) => product * size) * elementBytes);
        writer.WriteStartObject(name);
        writer.WriteString("dtype", type);
        writer.WritePropertyName("shape");
        writer.WriteRawValue($"[{string.Join(',', shape)}]");
        writer.WritePropertyName("data_offsets");
        writer.WriteRawValue($"[{begin},{end}]");
        writer.WriteEndObject();
        return end;
    }

    private static byte[] ReadBytes(FileStream stream, long offset, SafetensorsEntry entry)
    {
        var bytes = new byte[entry.End - entry.Begin];
        stream.Position = offset + entry.Begin;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static string[] ReadClassNames(string path, IReadOnlyDictionary<string, string> metadata)
    {
        try
        {
            return metadata.TryGetValue(ClassNameList, out var list) ? JsonSerializer.Deserialize<string[]>(list) ?? [] : [];
        }
        catch (JsonException exception)
        {
            throw new EmbeddingFileException($"'{path}' has class names that are no JSON list.", exception);
        }
    }
}
