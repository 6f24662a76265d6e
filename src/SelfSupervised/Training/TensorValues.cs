using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>Moves float32 values between tensors and arrays without needless copies.</summary>
public static class TensorValues
{
    /// <summary>How many float32 places a value of a type takes.</summary>
    public static int FloatsOf(ScalarType type) => type == ScalarType.Float64 ? 2 : 1;

    /// <summary>Copies the bytes of a float32 or float64 tensor, row-major, into an array.</summary>
    public static void CopyTo(Tensor tensor, Span<float> destination)
    {
        using var scope = NewDisposeScope();
        var source = tensor.cpu().contiguous();
        MemoryMarshal.Cast<byte, float>(source.bytes).CopyTo(destination);
    }

    /// <summary>Copies bytes that <see cref="CopyTo"/> gave into a tensor of the same type.</summary>
    public static void CopyFrom(Tensor tensor, ReadOnlySpan<float> values)
    {
        if (tensor.device_type == TorchSharp.DeviceType.CPU)
        {
            values.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
            return;
        }

        using var scope = NewDisposeScope();
        var host = empty(tensor.shape, tensor.dtype);
        values.CopyTo(MemoryMarshal.Cast<byte, float>(host.bytes));
        tensor.copy_(host);
    }

    /// <summary>Puts columns of what every shard published under each other: rows by shard, then by position in the shard.</summary>
    /// <param name="published">For each shard, matrices one after the other.</param>
    /// <param name="firstColumn">Columns of the matrices before the wanted one.</param>
    /// <param name="allColumns">Columns of all matrices.</param>
    /// <param name="rows">Rows in all.</param>
    /// <param name="columns">Columns of the wanted matrix.</param>
    /// <param name="type">Type of the values.</param>
    /// <param name="device">Where the result lies.</param>
    /// <returns>[rows, columns]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">A shard published another number of values.</exception>
    public static Tensor Gather(
        IReadOnlyList<float[]> published, int firstColumn, int allColumns, int rows, int columns, ScalarType type, Device device)
    {
        using var scope = NewDisposeScope();
        var host = empty(rows, columns, type);
        var values = MemoryMarshal.Cast<byte, float>(host.bytes);
        var unit = rows / published.Count * FloatsOf(type);
        for (var shard = 0; shard < published.Count; shard++)
        {
            if (published[shard].Length != allColumns * unit)
            {
                throw new ArgumentException(
                    $"Shard {shard} published {published[shard].Length} values, expected {allColumns * unit}.", nameof(published));
            }

            published[shard].AsSpan(firstColumn * unit, columns * unit).CopyTo(values[(shard * columns * unit)..]);
        }

        return host.to(device).MoveToOuterDisposeScope();
    }
}
