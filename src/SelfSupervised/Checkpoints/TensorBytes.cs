using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>Moves a tensor's row-major little-endian bytes to and from streams in pieces.</summary>
internal static class TensorBytes
{
    private const long ChunkBytes = 1L << 24;

    /// <summary>Writes a tensor of any device and layout.</summary>
    public static void Write(Stream stream, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var flat = tensor.detach().contiguous().view(-1);
        var step = ChunkBytes / tensor.ElementSize;
        for (var start = 0L; start < flat.shape[0]; start += step)
        {
            using var piece = NewDisposeScope();
            stream.Write(flat.narrow(0, start, Math.Min(step, flat.shape[0] - start)).cpu().bytes);
        }
    }

    /// <summary>Reads a new tensor on the CPU; owned by the caller, outside any dispose scope.</summary>
    /// <exception cref="EndOfStreamException">The stream ends too early.</exception>
    public static Tensor Read(Stream stream, IReadOnlyList<long> shape, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var tensor = empty([.. shape], type);
        var flat = tensor.view(-1);
        var step = ChunkBytes / tensor.ElementSize;
        for (var start = 0L; start < flat.shape[0]; start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, flat.shape[0] - start));
            stream.ReadExactly(piece.bytes);
        }

        return tensor.DetachFromDisposeScope();
    }
}
