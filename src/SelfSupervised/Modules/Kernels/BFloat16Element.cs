using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>Values of bfloat16: the upper half of a float32.</summary>
internal readonly unsafe struct BFloat16Element : IChannelElement
{
    private const int Bits = 16;

    public static Vector512<float> Load(void* values, nint index)
    {
        var halves = Vector256.Load((ushort*)values + index);
        if (Avx512F.IsSupported)
        {
            return (Avx512F.ConvertToVector512UInt32(halves) << Bits).AsSingle();
        }

        var (lower, upper) = Vector256.Widen(halves);
        return (Vector512.Create(lower, upper) << Bits).AsSingle();
    }

    public static void Store(Vector512<float> vector, void* values, nint index)
    {
        var bits = vector.AsUInt32();
        var rounded = (bits + Vector512.Create(0x7FFFu) + ((bits >> Bits) & Vector512<uint>.One)) >> Bits;
        var whole = Vector512.ConditionalSelect(Vector512.Equals(vector, vector).AsUInt32(), rounded, Vector512.Create(0x7FC0u));
        var halves = Avx512F.IsSupported ? Avx512F.ConvertToVector256UInt16(whole) : Vector256.Narrow(whole.GetLower(), whole.GetUpper());
        halves.Store((ushort*)values + index);
    }
}
