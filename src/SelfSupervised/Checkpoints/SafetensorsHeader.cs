using System.Text.Json;

namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>Reads and checks the header of a safetensors file; nothing in it is believed before it fits the file.</summary>
/// <remarks>
/// Format: 8 bytes little-endian length N, N bytes of JSON, then the data without gaps. Source: the format's description,
/// https://github.com/huggingface/safetensors. Here stricter than some readers: no duplicate names, no holes, no overlaps.
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Longest header that is read, as in the reference implementation.</summary>
    public const long LengthMaximum = 100_000_000;

    private const int DimensionMaximum = 64;

    private readonly string _path;

    private SafetensorsHeader(string path)
    {
        _path = path;
    }

    /// <summary>The tensors in the header's order.</summary>
    public List<SafetensorsEntry> Entries { get; } = [];

    /// <summary>The metadata.</summary>
    public Dictionary<string, string> Metadata { get; } = new(StringComparer.Ordinal);

    /// <summary>Parses a header and checks it against the number of data bytes in the file.</summary>
    public static SafetensorsHeader Parse(string path, byte[] json, long dataLength)
    {
        var header = new SafetensorsHeader(path);
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            header.ReadRoot(document.RootElement);
        }
        catch (JsonException exception)
        {
            throw new CheckpointException($"{path} is not a safetensors file: its header is no valid JSON.", exception);
        }

        header.RequireContiguous(dataLength);
        return header;
    }

    private void ReadRoot(JsonElement root)
    {
        Require(root.ValueKind == JsonValueKind.Object, "its header is no JSON object");
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                ReadMetadata(property.Value);
            }
            else
            {
                Entries.Add(ReadEntry(property.Name, property.Value));
            }
        }
    }

    private void ReadMetadata(JsonElement metadata)
    {
        Require(metadata.ValueKind == JsonValueKind.Object, "its metadata is no JSON object");
        foreach (var property in metadata.EnumerateObject())
        {
            Require(property.Value.ValueKind == JsonValueKind.String, $"its metadata '{property.Name}' is no string");
            Metadata[property.Name] = property.Value.GetString()!;
        }
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement entry)
    {
        Require(entry.ValueKind == JsonValueKind.Object, $"the entry of '{name}' is no JSON object");
        var isTypeGiven = entry.TryGetProperty("dtype", out var typeName) && typeName.ValueKind == JsonValueKind.String;
        Require(isTypeGiven, $"the entry of '{name}' has no dtype");
        var type = SafetensorsType.Of(typeName.GetString()!);
        Require(type is not null, $"the element type {typeName} of '{name}' is not supported");
        var shape = ReadNumbers(entry, "shape", name);
        var offsets = ReadNumbers(entry, "data_offsets", name);
        Require(offsets.Length == 2 && offsets[0] <= offsets[1], $"the data_offsets of '{name}' are no pair of growing numbers");
        Require(shape.Length <= DimensionMaximum, $"'{name}' has {shape.Length} dimensions");
        try
        {
            var byteCount = shape.Aggregate((long)type!.Value.Size, (product, size) => checked(product * size));
            Require(
                byteCount == offsets[1] - offsets[0],
                $"'{name}' of shape [{string.Join(", ", shape)}] needs {byteCount} bytes but has {offsets[1] - offsets[0]}");
        }
        catch (OverflowException)
        {
            Require(condition: false, $"the shape of '{name}' is too large");
        }

        return new(name, type!.Value.Type, shape, offsets[0], offsets[1]);
    }

    private long[] ReadNumbers(JsonElement entry, string key, string name)
    {
        var isArray = entry.TryGetProperty(key, out var array) && array.ValueKind == JsonValueKind.Array;
        Require(isArray, $"the entry of '{name}' has no {key}");
        var numbers = new List<long>();
        foreach (var item in array.EnumerateArray())
        {
            var number = -1L;
            Require(
                item.ValueKind == JsonValueKind.Number && item.TryGetInt64(out number) && number >= 0,
                $"the {key} of '{name}' holds something else than whole numbers from 0");
            numbers.Add(number);
        }

        return [.. numbers];
    }

    private void RequireContiguous(long dataLength)
    {
        var position = 0L;
        foreach (var entry in Entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            Require(entry.Begin == position, $"'{entry.Name}' begins at {entry.Begin} where {position} is expected (a hole or an overlap)");
            position = entry.End;
        }

        if (position > dataLength)
        {
            throw new CheckpointException(
                $"{_path} is cut short: it should have {position} bytes of data but has {dataLength}. Copy it again or use an older one.");
        }

        Require(position == dataLength, $"it has {dataLength - position} bytes behind its last tensor");
    }

    private void Require(bool condition, string message)
    {
        if (!condition)
        {
            throw new CheckpointException($"{_path} is not a usable safetensors file: {message}.");
        }
    }
}
