using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints.Pickle;

/// <summary>Writes the pickle of a PyTorch state dictionary: an ordered dictionary of tensors, each with a storage of its own.</summary>
internal sealed class TensorPickler
{
    private readonly List<byte> _bytes = [];

    private TensorPickler()
    {
    }

    /// <summary>Describes tensors, whose numbers go to the archive under 0, 1, 2 and so on.</summary>
    public static byte[] Write(IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        var pickler = new TensorPickler();
        pickler.Put(PickleOpcode.Protocol, 2);
        pickler.EmptyOrderedDictionary();
        pickler.Put(PickleOpcode.Mark);
        for (var index = 0; index < tensors.Count; index++)
        {
            pickler.Text(tensors[index].Name);
            pickler.Rebuild(tensors[index].Tensor, index.ToString(CultureInfo.InvariantCulture));
        }

        pickler.Put(PickleOpcode.SetItems);
        pickler.Put(PickleOpcode.Stop);
        return [.. pickler._bytes];
    }

    /// <summary>PyTorch's name of the storage of an element type; null if it has none here.</summary>
    public static string? StorageName(ScalarType type) => type switch
    {
        ScalarType.Float32 => "FloatStorage",
        ScalarType.Float64 => "DoubleStorage",
        ScalarType.Float16 => "HalfStorage",
        ScalarType.BFloat16 => "BFloat16Storage",
        ScalarType.Int64 => "LongStorage",
        ScalarType.Int32 => "IntStorage",
        ScalarType.Int16 => "ShortStorage",
        ScalarType.Int8 => "CharStorage",
        ScalarType.Byte => "ByteStorage",
        ScalarType.Bool => "BoolStorage",
        _ => null,
    };

    private void Rebuild(Tensor tensor, string key)
    {
        Global("torch._utils", "_rebuild_tensor_v2");
        Put(PickleOpcode.Mark);
        Put(PickleOpcode.Mark);
        Text("storage");
        Global("torch", StorageName(tensor.dtype)!);
        Text(key);
        Text("cpu");
        Number(tensor.NumberOfElements);
        Put(PickleOpcode.Tuple);
        Put(PickleOpcode.BinPersistentId);
        Number(0);
        Numbers(tensor.shape);
        Numbers(RowMajorStrides(tensor.shape));
        Put(PickleOpcode.NewFalse);
        EmptyOrderedDictionary();
        Put(PickleOpcode.Tuple);
        Put(PickleOpcode.Reduce);
    }

    private static long[] RowMajorStrides(long[] shape)
    {
        var strides = new long[shape.Length];
        var stride = 1L;
        for (var dimension = shape.Length - 1; dimension >= 0; dimension--)
        {
            strides[dimension] = stride;
            stride *= Math.Max(1, shape[dimension]);
        }

        return strides;
    }

    private void EmptyOrderedDictionary()
    {
        Global("collections", "OrderedDict");
        Put(PickleOpcode.EmptyTuple);
        Put(PickleOpcode.Reduce);
    }

    private void Put(PickleOpcode opcode, params ReadOnlySpan<byte> argument)
    {
        _bytes.Add((byte)opcode);
        _bytes.AddRange(argument);
    }

    private void Global(string module, string name)
    {
        Put(PickleOpcode.Global);
        _bytes.AddRange(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));
    }

    private void Text(string text)
    {
        var encoded = Encoding.UTF8.GetBytes(text);
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, encoded.Length);
        Put(PickleOpcode.BinUnicode, length);
        _bytes.AddRange(encoded);
    }

    private void Number(long number)
    {
        Span<byte> bytes = stackalloc byte[9];
        if (number is >= int.MinValue and <= int.MaxValue)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)number);
            Put(PickleOpcode.BinInt, bytes[..4]);
            return;
        }

        bytes[0] = 8;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], number);
        Put(PickleOpcode.Long1, bytes);
    }

    private void Numbers(IReadOnlyList<long> numbers)
    {
        Put(PickleOpcode.Mark);
        foreach (var number in numbers)
        {
            Number(number);
        }

        Put(PickleOpcode.Tuple);
    }
}
