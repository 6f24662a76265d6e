using System.Globalization;
using System.Text.Json;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Reads tensors of golden files and computes those that are given by a formula.</summary>
public static class GoldenTensor
{
    private static readonly uint Seed = ReadSeed();

    public static bool IsTensor(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty("dtype", out _) && element.TryGetProperty("data", out _);

    /// <summary>Reads {dtype, shape, data} or {kind, p, shape}; the type is the file's unless another one is asked for.</summary>
    public static Tensor Read(JsonElement element, ScalarType? type = null)
    {
        using var scope = NewDisposeScope();
        var shape = element.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        if (element.TryGetProperty("kind", out var kind))
        {
            var index = element.GetProperty("p").GetInt32();
            var values = kind.GetString()!.StartsWith("image", StringComparison.Ordinal) ? Image(index, shape) : Hash(index, shape);
            return values.to(type ?? ScalarType.Float32).MoveToOuterDisposeScope();
        }

        var data = element.GetProperty("data").EnumerateArray().ToArray();
        var values_flat = element.GetProperty("dtype").GetString() switch
        {
            "float32" => tensor(data.Select(ReadSingle).ToArray()),
            "float64" => tensor(data.Select(ReadDouble).ToArray()),
            "int64" => tensor(data.Select(item => item.GetInt64()).ToArray()),
            "uint8" => tensor(data.Select(item => item.GetByte()).ToArray()),
            "bool" => tensor(data.Select(item => item.GetBoolean()).ToArray()),
            var other => throw new NotSupportedException($"Element type {other}."),
        };
        return values_flat.reshape(shape).to(type ?? values_flat.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>float32 numbers of the formula in the README, row-major.</summary>
    public static Tensor Hash(int index, params long[] shape)
    {
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var values = new float[count];
        for (var item = 0L; item < count; item++)
        {
            values[item] = (float)HashValue(index, (uint)item);
        }

        return tensor(values).reshape(shape);
    }

    /// <summary>The same formula in double, for signatures.</summary>
    public static double HashValue(int index, uint item)
    {
        unchecked
        {
            var hash = (item * 2654435761u) + ((uint)index * 2246822519u) + (Seed * 3266489917u);
            hash ^= hash >> 15;
            hash *= 2246822519u;
            hash ^= hash >> 13;
            hash *= 3266489917u;
            hash ^= hash >> 16;
            return (hash / 4294967296.0 * 2.0) - 1.0;
        }
    }

    /// <summary>A parameter's value by the rules in the README.</summary>
    public static Tensor Parameter(string name, int index, long[] shape)
    {
        using var scope = NewDisposeScope();
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var fanIn = shape.Length == 0 ? 1 : count / shape[0];
        var values = new float[count];
        for (var item = 0L; item < count; item++)
        {
            var value = HashValue(index, (uint)item);
            values[item] = name.EndsWith("weight_g", StringComparison.Ordinal) ? 1
                : shape.Length >= 2 ? (float)(Math.Sqrt(3.0 / fanIn) * value)
                : name.EndsWith("weight", StringComparison.Ordinal) ? (float)(1 + (0.2 * value))
                : (float)(0.1 * value);
        }

        return tensor(values).reshape(shape).MoveToOuterDisposeScope();
    }

    private static Tensor Image(int index, long[] shape)
    {
        if (shape[^1] < 8 || shape[^2] < 8)
        {
            return Hash(index, shape);
        }

        var (height, width) = (shape[^2], shape[^1]);
        var (coarseHeight, coarseWidth) = (height / 8, width / 8);
        var count = shape.Aggregate(1L, (product, size) => product * size);
        var values = new float[count];
        for (var item = 0L; item < count; item++)
        {
            var (plane, y, x) = (item / (height * width), item / width % height, item % width);
            var coarse = (((plane * coarseHeight) + (y / 8)) * coarseWidth) + (x / 8);
            values[item] = (float)(HashValue(index, (uint)coarse) + (0.25 * HashValue(index + 50000, (uint)item)));
        }

        return tensor(values).reshape(shape);
    }

    private static uint ReadSeed()
    {
        var path = Path.Combine(GoldenCase.Folder, "manifest.json");
        if (!File.Exists(path))
        {
            return 1;
        }

        using var manifest = JsonDocument.Parse(File.ReadAllBytes(path));
        return manifest.RootElement.TryGetProperty("meta", out var meta) && meta.TryGetProperty("formula_seed", out var seed)
            ? seed.GetUInt32()
            : 1;
    }

    private static float ReadSingle(JsonElement item) => item.ValueKind == JsonValueKind.String
        ? float.Parse(item.GetString()!, CultureInfo.InvariantCulture)
        : item.GetSingle();

    private static double ReadDouble(JsonElement item) => item.ValueKind == JsonValueKind.String
        ? double.Parse(item.GetString()!, CultureInfo.InvariantCulture)
        : item.GetDouble();
}
