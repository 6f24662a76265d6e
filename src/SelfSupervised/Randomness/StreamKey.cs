using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>What the numbers of a stream are for, mixed by two blocks of <see cref="Philox"/>: block i of the stream is that of the counter i.</summary>
/// <param name="Key">The key under which the stream's counters are enciphered.</param>
/// <param name="CounterHigh">The upper half of all its counters.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct StreamKey(ulong Key, ulong CounterHigh)
{
    /// <summary>Mixes the coordinates of a purpose.</summary>
    public static StreamKey Of(ulong seed, RandomPurpose purpose, long first, long second, int third)
    {
        var mixed = Philox.Compute(PhiloxBlock.From((ulong)first, (ulong)second), seed);
        mixed = Philox.Compute(mixed, (uint)purpose | ((ulong)(uint)third << 32));
        return new(mixed.Low, mixed.High);
    }
}
