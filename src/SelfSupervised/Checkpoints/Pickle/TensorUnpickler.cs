using System.Buffers.Binary;
using System.Text;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints.Pickle;

/// <summary>Reads the pickle of a PyTorch file without running anything: dictionaries, lists, numbers, texts and tensors only.</summary>
/// <remarks>
/// A pickle is a program that may call any Python function; files of unknown origin must not be unpickled as such. Here the few
/// functions that rebuild tensors are recognized by name and every other name makes the file refused.
/// </remarks>
internal sealed class TensorUnpickler
{
    private static readonly object MarkObject = new();
    private static readonly object NoValue = new();

    private static readonly Dictionary<string, ScalarType> StorageTypes = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = ScalarType.Float32,
        ["DoubleStorage"] = ScalarType.Float64,
        ["HalfStorage"] = ScalarType.Float16,
        ["BFloat16Storage"] = ScalarType.BFloat16,
        ["LongStorage"] = ScalarType.Int64,
        ["IntStorage"] = ScalarType.Int32,
        ["ShortStorage"] = ScalarType.Int16,
        ["CharStorage"] = ScalarType.Int8,
        ["ByteStorage"] = ScalarType.Byte,
        ["BoolStorage"] = ScalarType.Bool,
    };

    private readonly byte[] _bytes;
    private readonly List<object?> _stack = [];
    private readonly Dictionary<long, object?> _memory = [];
    private int _position;

    private TensorUnpickler(byte[] bytes)
    {
        _bytes = bytes;
    }

    /// <summary>Reads the one object of a pickle.</summary>
    /// <exception cref="CheckpointException">It holds anything else than data and tensors, or is damaged.</exception>
    public static object? Read(byte[] bytes)
    {
        var unpickler = new TensorUnpickler(bytes);
        try
        {
            return unpickler.Run();
        }
        catch (Exception exception) when (exception is IndexOutOfRangeException or ArgumentOutOfRangeException
            or InvalidCastException or KeyNotFoundException or ArgumentException or NullReferenceException or OverflowException)
        {
            throw new CheckpointException("the description of its content is damaged", exception);
        }
    }

    private object? Run()
    {
        while (true)
        {
            var opcode = (PickleOpcode)_bytes[_position++];
            if (opcode == PickleOpcode.Stop)
            {
                return Pop();
            }

            if (!TryPushValue(opcode))
            {
                Execute(opcode);
            }
        }
    }

    private bool TryPushValue(PickleOpcode opcode)
    {
        var value = opcode switch
        {
            PickleOpcode.Mark => MarkObject,
            PickleOpcode.None => null,
            PickleOpcode.NewTrue => true,
            PickleOpcode.NewFalse => false,
            PickleOpcode.BinInt => (long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
            PickleOpcode.BinInt1 => (long)Take(1)[0],
            PickleOpcode.BinInt2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
            PickleOpcode.Long1 => ReadLong(Take(Take(1)[0])),
            PickleOpcode.BinFloat => BinaryPrimitives.ReadDoubleBigEndian(Take(8)),
            PickleOpcode.BinUnicode => Encoding.UTF8.GetString(Take(BinaryPrimitives.ReadInt32LittleEndian(Take(4)))),
            PickleOpcode.ShortBinUnicode => Encoding.UTF8.GetString(Take(Take(1)[0])),
            PickleOpcode.EmptyDictionary => new PickledDictionary(),
            PickleOpcode.EmptyList => new List<object?>(),
            PickleOpcode.EmptyTuple => Array.Empty<object?>(),
            PickleOpcode.BinGet => _memory[Take(1)[0]],
            PickleOpcode.LongBinGet => _memory[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))],
            PickleOpcode.Global => new PickleGlobal(ReadLine(), ReadLine()),
            PickleOpcode.Tuple => PopToMark(),
            PickleOpcode.Tuple1 => PopMany(1),
            PickleOpcode.Tuple2 => PopMany(2),
            PickleOpcode.Tuple3 => PopMany(3),
            PickleOpcode.StackGlobal => MakeGlobal(PopMany(2)),
            PickleOpcode.BinPersistentId => MakeStorage((object?[])Pop()!),
            PickleOpcode.Reduce => Call(PopMany(2)),
            _ => NoValue,
        };
        if (ReferenceEquals(value, NoValue))
        {
            return false;
        }

        _stack.Add(value);
        return true;
    }

    private void Execute(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol:
                _ = Take(1);
                break;
            case PickleOpcode.Frame:
                _ = Take(8);
                break;
            case PickleOpcode.Pop:
                _ = Pop();
                break;
            case PickleOpcode.Build:
                // State of an ordered dictionary (PyTorch's _metadata) says nothing about the tensors.
                _ = Pop();
                break;
            case PickleOpcode.BinPut:
                _memory[Take(1)[0]] = _stack[^1];
                break;
            case PickleOpcode.LongBinPut:
                _memory[BinaryPrimitives.ReadUInt32LittleEndian(Take(4))] = _stack[^1];
                break;
            case PickleOpcode.Memoize:
                _memory[_memory.Count] = _stack[^1];
                break;
            case PickleOpcode.SetItem:
                SetItems(PopMany(2));
                break;
            case PickleOpcode.SetItems:
                SetItems(PopToMark());
                break;
            case PickleOpcode.Append:
                AddItems(PopMany(1));
                break;
            case PickleOpcode.Appends:
                AddItems(PopToMark());
                break;
            default:
                throw new CheckpointException(
                    $"it holds more than tensors (operation 0x{(byte)opcode:x2}); only dictionaries of tensors are read");
        }
    }

    private static PickleGlobal MakeGlobal(object?[] names) => new((string)names[0]!, (string)names[1]!);

    private static object Call(object?[] functionAndArguments) =>
        Call((PickleGlobal)functionAndArguments[0]!, (object?[])functionAndArguments[1]!);

    private static object Call(PickleGlobal function, object?[] arguments) => function.ToString() switch
    {
        "collections.OrderedDict" when arguments.Length == 0 => new PickledDictionary(),
        "torch._utils._rebuild_tensor_v2" => new PickledTensor(
            (PickledStorage)arguments[0]!, (long)arguments[1]!, Numbers(arguments[2]), Numbers(arguments[3])),
        "torch._utils._rebuild_parameter" => (PickledTensor)arguments[0]!,
        "torch.Size" => (object?[])arguments[0]!,
        var other => throw new CheckpointException(
            $"it wants to call {other}, which is not done; save the state dictionary alone: torch.save(model.state_dict(), path)"),
    };

    private static PickledStorage MakeStorage(object?[] description)
    {
        var type = (PickleGlobal)description[1]!;
        if ((string)description[0]! != "storage" || type.Module != "torch" || !StorageTypes.TryGetValue(type.Name, out var scalarType))
        {
            throw new CheckpointException($"its element type {type} is not supported");
        }

        return new PickledStorage((string)description[2]!, scalarType, (long)description[4]!);
    }

    private static long[] Numbers(object? tuple) => [.. ((object?[])tuple!).Select(item => (long)item!)];

    private static long ReadLong(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > sizeof(long))
        {
            throw new OverflowException();
        }

        var value = bytes.Length > 0 && (bytes[^1] & 0x80) != 0 ? -1L : 0L;
        for (var index = bytes.Length - 1; index >= 0; index--)
        {
            value = (value << 8) | bytes[index];
        }

        return value;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var bytes = _bytes.AsSpan(_position, count);
        _position += count;
        return bytes;
    }

    private string ReadLine()
    {
        var end = Array.IndexOf(_bytes, (byte)'\n', _position);
        var line = Encoding.UTF8.GetString(_bytes.AsSpan(_position, end - _position));
        _position = end + 1;
        return line;
    }

    private object? Pop()
    {
        var value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private object?[] PopMany(int count)
    {
        var values = _stack.GetRange(_stack.Count - count, count).ToArray();
        _stack.RemoveRange(_stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        var mark = _stack.LastIndexOf(MarkObject);
        var values = PopMany(_stack.Count - mark - 1);
        _ = Pop();
        return values;
    }

    private void SetItems(object?[] items)
    {
        var dictionary = (PickledDictionary)_stack[^1]!;
        for (var index = 0; index + 1 < items.Length; index += 2)
        {
            dictionary.Set(items[index]!, items[index + 1]);
        }
    }

    private void AddItems(object?[] items) => ((List<object?>)_stack[^1]!).AddRange(items);
}
