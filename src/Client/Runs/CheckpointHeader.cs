using System.Buffers.Binary;
using System.Text.Json;

namespace LightlyCluster.Client.Runs;

/// <summary>The head of a safetensors file: what it holds and where, without its numbers.</summary>
/// <param name="Metadata">Its text entries (<c>step</c> and others).</param>
/// <param name="Tensors">Its tensors in ordinal order of their names.</param>
/// <param name="DataOffset">Where the numbers begin in the file.</param>
internal sealed record CheckpointHeader(
    IReadOnlyDictionary<string, string> Metadata,
    IReadOnlyList<CheckpointTensor> Tensors,
    long DataOffset)
{
    private const int HeaderBytesMaximum = 100 << 20;

    /// <summary>The step of the state, from the entry <c>step</c>.</summary>
    /// <exception cref="CommandException">There is none: the file is no checkpoint of a run.</exception>
    public long Step => Metadata.TryGetValue("step", out var text) && long.TryParse(text, out var step) && step >= 0
        ? step
        : throw new CommandException("The file is no checkpoint of a training run: its header has no entry 'step'");

    /// <summary>Reads the head and checks that the file is whole.</summary>
    /// <exception cref="CommandException">The file is missing, cut short or no safetensors file.</exception>
    public static CheckpointHeader Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new CommandException($"There is no checkpoint {path}");
        }

        try
        {
            using var file = File.OpenRead(path);
            var header = Parse(file);
            var expected = header.DataOffset + header.Tensors.Select(tensor => tensor.End).DefaultIfEmpty(0).Max();
            return file.Length == expected
                ? header
                : throw new CommandException($"Checkpoint {path} is damaged: it has {file.Length} bytes and should have {expected}; use an older one");
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException or JsonException or KeyNotFoundException
            or InvalidOperationException or FormatException)
        {
            throw new CommandException($"Checkpoint {path} is damaged, or no safetensors file ({exception.Message.TrimEnd('.')}); use an older one", exception);
        }
    }

    private static CheckpointHeader Parse(FileStream file)
    {
        var prefix = new byte[8];
        file.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadInt64LittleEndian(prefix);
        if (length is < 2 or > HeaderBytesMaximum)
        {
            throw new InvalidDataException($"its header claims {length} bytes");
        }

        var text = new byte[length];
        file.ReadExactly(text);
        using var document = JsonDocument.Parse(text);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var tensors = new List<CheckpointTensor>();
        foreach (var entry in document.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                metadata = entry.Value.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? "", StringComparer.Ordinal);
            }
            else
            {
                tensors.Add(ParseTensor(entry.Name, entry.Value));
            }
        }

        return new CheckpointHeader(metadata, [.. tensors.OrderBy(tensor => tensor.Name, StringComparer.Ordinal)], length + prefix.Length);
    }

    private static CheckpointTensor ParseTensor(string name, JsonElement element)
    {
        var offsets = element.GetProperty("data_offsets");
        var shape = element.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        return new CheckpointTensor(name, element.GetProperty("dtype").GetString() ?? "", shape, offsets[0].GetInt64(), offsets[1].GetInt64());
    }
}
