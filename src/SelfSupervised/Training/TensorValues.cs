using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>Moves float32 values between tensors and arrays without needless copies.</summary>
public static class TensorValues
{
    /// <summary>Copies a float32 tensor, row-major, into an array.</summary>
    public static void CopyTo(Tensor tensor, Span<float> destination)
    {
        using var scope = NewDisposeScope();
        var source = tensor.cpu().contiguous();
        MemoryMarshal.Cast<byte, float>(source.bytes).CopyTo(destination);
    }

    /// <summary>Copies values into a float32 tensor.</summary>
    public static void CopyFrom(Tensor tensor, ReadOnlySpan<float> values)
    {
        if (tensor.device_type == TorchSharp.DeviceType.CPU)
        {
            values.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
            return;
        }

        using var scope = NewDisposeScope();
        var host = empty(tensor.shape, float32);
        values.CopyTo(MemoryMarshal.Cast<byte, float>(host.bytes));
        tensor.copy_(host);
    }

    /// <summary>Puts one part of what every shard published under each other: rows by shard, then by position in the shard.</summary>
    /// <param name="published">For each shard, parts one after the other.</param>
    /// <param name="part">Which part.</param>
    /// <param name="partCount">How many parts there are.</param>
    /// <param name="rows">Rows in all.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="device">Where the result lies.</param>
    /// <returns>Float32 [rows, columns]; owned by the caller.</returns>
    public static Tensor Gather(IReadOnlyList<float[]> published, int part, int partCount, int rows, int columns, Device device)
    {
        using var scope = NewDisposeScope();
        var host = empty(rows, columns, float32);
        var values = MemoryMarshal.Cast<byte, float>(host.bytes);
        var length = rows * columns / published.Count;
        for (var shard = 0; shard < published.Count; shard++)
        {
            if (published[shard].Length != length * partCount)
            {
                throw new ArgumentException(
                    $"Shard {shard} published {published[shard].Length} values, expected {length * partCount}.", nameof(published));
            }

            published[shard].AsSpan(part * length, length).CopyTo(values[(shard * length)..]);
        }

        return host.to(device).MoveToOuterDisposeScope();
    }
}
