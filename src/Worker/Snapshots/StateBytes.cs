using System.Buffers.Binary;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Snapshots;

/// <summary>A state as bytes: for each tensor its length and its bytes, in the state's order.</summary>
internal static class StateBytes
{
    /// <summary>Packs a state. Call on the training thread.</summary>
    public static byte[] Pack(IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        Span<byte> length = stackalloc byte[8];
        foreach (var (_, tensor) in state)
        {
            var bytes = tensor.detach().cpu().contiguous().bytes;
            BinaryPrimitives.WriteInt64LittleEndian(length, bytes.Length);
            stream.Write(length);
            stream.Write(bytes);
        }

        return stream.ToArray();
    }

    /// <summary>Copies packed bytes into a state. Call on the training thread.</summary>
    public static void Unpack(byte[] packed, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var offset = 0;
        foreach (var (_, tensor) in state)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(packed.AsSpan(offset));
            var host = empty(tensor.shape, tensor.dtype);
            packed.AsSpan(offset + 8, length).CopyTo(host.bytes);
            tensor.copy_(host);
            offset += 8 + length;
        }
    }
}
