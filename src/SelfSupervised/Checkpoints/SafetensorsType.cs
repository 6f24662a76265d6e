using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>The names that the safetensors format gives to element types.</summary>
internal static class SafetensorsType
{
    private static readonly (string Name, ScalarType Type, int Size)[] Known =
    [
        ("F32", ScalarType.Float32, 4),
        ("F64", ScalarType.Float64, 8),
        ("F16", ScalarType.Float16, 2),
        ("BF16", ScalarType.BFloat16, 2),
        ("I64", ScalarType.Int64, 8),
        ("I32", ScalarType.Int32, 4),
        ("I16", ScalarType.Int16, 2),
        ("I8", ScalarType.Int8, 1),
        ("U8", ScalarType.Byte, 1),
        ("BOOL", ScalarType.Bool, 1),
    ];

    /// <summary>Name and size in bytes of an element type; null if the format does not have it.</summary>
    public static (string Name, int Size)? Of(ScalarType type)
    {
        var index = Array.FindIndex(Known, entry => entry.Type == type);
        return index < 0 ? null : (Known[index].Name, Known[index].Size);
    }

    /// <summary>Element type and size in bytes of a name; null if it is unknown.</summary>
    public static (ScalarType Type, int Size)? Of(string name)
    {
        var index = Array.FindIndex(Known, entry => entry.Name == name);
        return index < 0 ? null : (Known[index].Type, Known[index].Size);
    }
}
