using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>bfloat16, little-endian: the upper half of a float32 value (8 bits of exponent, 7 of mantissa), 2 bytes a value.</summary>
/// <remarks>
/// Rounds to the nearest, ties to even: with b the 32 bits of v, the result is (b + 0x7FFF + ((b >> 16) and 1)) >> 16. The relative
/// error is at most 2^-8; subnormal values keep their steps of 2^-133; values from 2^128 - 2^119 on become infinite, infinities stay,
/// and what is not a number stays one, quiet and with its sign. Source: D. Kalamkar et al., "A Study of BFLOAT16 for Deep Learning
/// Training", 2019, https://arxiv.org/abs/1905.12322.
/// </remarks>
internal sealed class BFloat16Format : IWireFormat
{
    private const int HalfBits = 16;
    private const uint BelowHalf = 0x7FFF;
    private const uint UpperHalf = 0xFFFF0000;
    private const uint QuietBit = 0x00400000;

    /// <inheritdoc/>
    public bool IsExact => false;

    /// <inheritdoc/>
    public int ChunkLength => 2 * VectorLayout.DefaultChunkLength;

    /// <inheritdoc/>
    public int BytesOf(int count) => count * sizeof(ushort);

    /// <inheritdoc/>
    public void Round(Span<float> values, RandomBlocks random, long first)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<float>>(values);
        for (var index = 0; index < vectors.Length; index++)
        {
            vectors[index] = Rounded(vectors[index]).AsSingle();
        }

        for (var index = vectors.Length * Vector512<float>.Count; index < values.Length; index++)
        {
            values[index] = Rounded(Vector512.CreateScalar(values[index])).AsSingle().ToScalar();
        }
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<uint>>(values);
        var halves = MemoryMarshal.Cast<byte, Vector512<ushort>>(bytes);
        for (var index = 0; index < halves.Length; index++)
        {
            halves[index] = Vector512.Narrow(vectors[2 * index] >> HalfBits, vectors[(2 * index) + 1] >> HalfBits);
        }

        for (var index = halves.Length * Vector512<ushort>.Count; index < values.Length; index++)
        {
            BitConverter.TryWriteBytes(bytes[(index * sizeof(ushort))..], (ushort)(BitConverter.SingleToUInt32Bits(values[index]) >> HalfBits));
        }
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var vectors = MemoryMarshal.Cast<float, Vector512<uint>>(values);
        var halves = MemoryMarshal.Cast<byte, Vector512<ushort>>(bytes);
        for (var index = 0; index < halves.Length; index++)
        {
            var (lower, upper) = Vector512.Widen(halves[index]);
            vectors[2 * index] = lower << HalfBits;
            vectors[(2 * index) + 1] = upper << HalfBits;
        }

        for (var index = halves.Length * Vector512<ushort>.Count; index < values.Length; index++)
        {
            values[index] = BitConverter.UInt32BitsToSingle((uint)BitConverter.ToUInt16(bytes[(index * sizeof(ushort))..]) << HalfBits);
        }
    }

    private static Vector512<uint> Rounded(Vector512<float> values)
    {
        var bits = values.AsUInt32();
        var nearest = bits + Vector512.Create(BelowHalf) + ((bits >> HalfBits) & Vector512<uint>.One);
        var quiet = bits | Vector512.Create(QuietBit);
        return Vector512.ConditionalSelect(Vector512.Equals(values, values).AsUInt32(), nearest, quiet) & Vector512.Create(UpperHalf);
    }
}
