using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>Writes and reads tensors in the safetensors format, which Python loads with <c>safetensors.torch.load_file</c>.</summary>
/// <remarks>Tensors are moved in pieces of 16 MiB: neither a tensor of more than 2 GB nor one on a GPU needs a copy in memory.</remarks>
public static class Safetensors
{
    private const int BufferBytes = 1 << 16;
    private const int LengthBytes = 8;

    /// <summary>Writes a file at once: it appears complete under its name, or what was there before stays.</summary>
    /// <param name="path">Where the file goes; its folder must exist. A file of that name is replaced.</param>
    /// <param name="tensors">Tensors with distinct names, in the order in which they are written; any device; borrowed.</param>
    /// <param name="metadata">Texts that describe the file.</param>
    /// <exception cref="ArgumentException">
    /// Two tensors have one name, a name is "__metadata__", or an element type is not supported.
    /// </exception>
    /// <exception cref="IOException">The file cannot be written; nothing but the old file is left.</exception>
    public static void Write(
        string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var header = MakeHeader(tensors, metadata);
        AtomicFile.Write(path, stream =>
        {
            Span<byte> length = stackalloc byte[LengthBytes];
            BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
            stream.Write(length);
            stream.Write(header);
            foreach (var (_, tensor) in tensors)
            {
                TensorBytes.Write(stream, tensor);
            }
        });
    }

    /// <summary>Reads a whole file after checking that its header fits it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Tensors and metadata; dispose it.</returns>
    /// <exception cref="CheckpointException">The file is missing, cut short or no safetensors file; the message says which.</exception>
    public static SafetensorsContent Read(string path)
    {
        using var stream = Open(path);
        var header = ReadHeader(path, stream);
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            var dataStart = stream.Position;
            foreach (var entry in header.Entries)
            {
                stream.Position = dataStart + entry.Begin;
                tensors.Add(entry.Name, TensorBytes.Read(stream, entry.Shape, entry.Type));
            }

            return new SafetensorsContent(tensors, header.Metadata);
        }
        catch (Exception exception) when (exception is IOException)
        {
            DisposeAll(tensors);
            throw new CheckpointException($"{path} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads names, shapes and metadata without the data.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The metadata, and the shape of each tensor by name in the file's order.</returns>
    /// <exception cref="CheckpointException">The file is missing, cut short or no safetensors file; the message says which.</exception>
    public static (IReadOnlyDictionary<string, string> Metadata, IReadOnlyDictionary<string, IReadOnlyList<long>> Shapes) ReadDescription(
        string path)
    {
        using var stream = Open(path);
        var header = ReadHeader(path, stream);
        return (header.Metadata, header.Entries.ToDictionary(entry => entry.Name, entry => entry.Shape, StringComparer.Ordinal));
    }

    /// <summary>Reads where each tensor stands in the file, for readers that map it.</summary>
    internal static (IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata, long DataOffset) ReadLayout(string path)
    {
        using var stream = Open(path);
        var header = ReadHeader(path, stream);
        return (header.Entries, header.Metadata, stream.Position);
    }

    private static byte[] MakeHeader(
        IReadOnlyList<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { "__metadata__" };
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("__metadata__");
            foreach (var (key, value) in metadata)
            {
                writer.WriteString(key, value);
            }

            writer.WriteEndObject();
            var position = 0L;
            foreach (var (name, tensor) in tensors)
            {
                if (!names.Add(name))
                {
                    throw new ArgumentException($"Two tensors are called '{name}', or the name is reserved.", nameof(tensors));
                }

                position = WriteEntry(writer, name, tensor, position);
            }

            writer.WriteEndObject();
        }

        while (buffer.Length % LengthBytes != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        return buffer.ToArray();
    }

    private static long WriteEntry(Utf8JsonWriter writer, string name, Tensor tensor, long position)
    {
        var type = SafetensorsType.Of(tensor.dtype)
            ?? throw new ArgumentException($"The element type {tensor.dtype} of '{name}' is not supported.", nameof(tensor));
        writer.WriteStartObject(name);
        writer.WriteString("dtype", type.Name);
        writer.WriteStartArray("shape");
        foreach (var size in tensor.shape)
        {
            writer.WriteNumberValue(size);
        }

        writer.WriteEndArray();
        var end = position + (tensor.NumberOfElements * type.Size);
        writer.WriteStartArray("data_offsets");
        writer.WriteNumberValue(position);
        writer.WriteNumberValue(end);
        writer.WriteEndArray();
        writer.WriteEndObject();
        return end;
    }

    private static FileStream Open(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"{path} cannot be opened: {exception.Message}", exception);
        }
    }

    private static SafetensorsHeader ReadHeader(string path, FileStream stream)
    {
        if (stream.Length < LengthBytes)
        {
            throw new CheckpointException($"{path} is cut short: it has {stream.Length} bytes, not even the length of a header.");
        }

        Span<byte> bytes = stackalloc byte[LengthBytes];
        stream.ReadExactly(bytes);
        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        if (length is < 2 or > SafetensorsHeader.LengthMaximum)
        {
            throw new CheckpointException($"{path} is not a safetensors file: its header would have {length} bytes.");
        }

        if (length > stream.Length - LengthBytes)
        {
            throw new CheckpointException(
                $"{path} is cut short or not a safetensors file: a header of {length} bytes in a file of {stream.Length}.");
        }

        var json = new byte[length];
        stream.ReadExactly(json);
        return SafetensorsHeader.Parse(path, json, stream.Length - LengthBytes - length);
    }

    private static void DisposeAll(Dictionary<string, Tensor> tensors)
    {
        foreach (var tensor in tensors.Values)
        {
            tensor.Dispose();
        }
    }
}
