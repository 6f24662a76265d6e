using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>The fingerprint of a training state: equal hashes mean equal bits.</summary>
/// <remarks>
/// XXH128 over, in ordinal order of names: the UTF-8 name, a zero byte, the dtype's name, the shape as little-endian int64, the
/// values row-major and little-endian without padding; then the step as int64.
/// </remarks>
public static class StateHash
{
    /// <summary>Hashes a state.</summary>
    /// <param name="state">Tensors in ordinal order of names; borrowed.</param>
    /// <param name="step">Number of the state.</param>
    /// <returns>"xxh128:" and 32 hexadecimal digits.</returns>
    public static string Compute(IReadOnlyList<(string Name, Tensor Tensor)> state, long step)
    {
        using var scope = NewDisposeScope();
        var hash = new XxHash128();
        foreach (var (name, tensor) in state)
        {
            hash.Append(Encoding.UTF8.GetBytes(name));
            hash.Append([0]);
            hash.Append(Encoding.UTF8.GetBytes(NameOf(tensor.dtype)));
            foreach (var size in tensor.shape)
            {
                Append(hash, size);
            }

            hash.Append(tensor.detach().cpu().contiguous().bytes);
        }

        Append(hash, step);
        return "xxh128:" + Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    private static string NameOf(ScalarType type) => type switch
    {
        ScalarType.Float32 => "F32",
        ScalarType.Float64 => "F64",
        ScalarType.Int64 => "I64",
        _ => type.ToString(),
    };

    private static void Append(XxHash128 hash, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.Append(bytes);
    }
}
