using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>Four 32-bit words: a counter of <see cref="Philox"/>, or the random bits it yields.</summary>
/// <param name="Word0">Lowest word.</param>
/// <param name="Word1">Second word.</param>
/// <param name="Word2">Third word.</param>
/// <param name="Word3">Highest word.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct PhiloxBlock(uint Word0, uint Word1, uint Word2, uint Word3)
{
    /// <summary>Words 0 and 1 as one number.</summary>
    public ulong Low => Word0 | ((ulong)Word1 << 32);

    /// <summary>Words 2 and 3 as one number.</summary>
    public ulong High => Word2 | ((ulong)Word3 << 32);

    /// <summary>Splits two 64-bit numbers into the four words.</summary>
    /// <param name="low">Words 0 and 1.</param>
    /// <param name="high">Words 2 and 3.</param>
    /// <returns>The block.</returns>
    public static PhiloxBlock From(ulong low, ulong high) =>
        new((uint)low, (uint)(low >> 32), (uint)high, (uint)(high >> 32));
}
