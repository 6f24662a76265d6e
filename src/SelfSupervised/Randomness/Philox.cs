using System.Runtime.CompilerServices;

namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>The counter-based generator Philox4x32-10: four random words as a pure function of a counter and a key.</summary>
/// <remarks>
/// A small block cipher with ten rounds of multiplication and exclusive or. For a fixed key it is a bijection of the 128-bit
/// counter, so different counters never give the same block. J. Salmon, M. Moraes, R. Dror, D. Shaw: Parallel Random Numbers:
/// As Easy as 1, 2, 3 (SC 2011), https://doi.org/10.1145/2063384.2063405. Only integer arithmetic: equal bits on every machine.
/// </remarks>
public static class Philox
{
    internal const uint Multiplier0 = 0xD2511F53;
    internal const uint Multiplier1 = 0xCD9E8D57;
    internal const uint Weyl0 = 0x9E3779B9;
    internal const uint Weyl1 = 0xBB67AE85;
    internal const int Rounds = 10;

    /// <summary>Computes the block of a counter under a key.</summary>
    /// <param name="counter">128 bits of counter.</param>
    /// <param name="key">64 bits of key; the low word is the first key word.</param>
    /// <returns>128 random bits.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static PhiloxBlock Compute(PhiloxBlock counter, ulong key)
    {
        var (word0, word1, word2, word3) = counter;
        var key0 = (uint)key;
        var key1 = (uint)(key >> 32);
        for (var round = 0; round < Rounds; round++)
        {
            var product0 = (ulong)Multiplier0 * word0;
            var product1 = (ulong)Multiplier1 * word2;
            word0 = (uint)(product1 >> 32) ^ word1 ^ key0;
            word1 = (uint)product1;
            word2 = (uint)(product0 >> 32) ^ word3 ^ key1;
            word3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }

        return new PhiloxBlock(word0, word1, word2, word3);
    }
}
