using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>
/// Blocks of 32 whole numbers from -127 to 127 with one power of two each: 33 bytes for 32 values (MXINT8 of the Open Compute
/// Project). Rounds up or down at random, so that the mean is right.
/// </summary>
/// <remarks>
/// A block's values are q * s with s = 2^(X - 133), where X (one byte) is the smallest number from 7 to 254 for which the largest
/// magnitude is at most 127 s. Rounding takes q = floor(v / s + u) with u = (r + 1/2) / 2^16 and r the 16 bits that belong to the
/// value: word i / 2 of the node's stream, its lower half for even i, with i the value's number in the vector. The mean of q * s is v
/// within 2^-16 s; whole multiples of s stay what they are, whatever r is. A block with an infinite value or one that is not a number
/// becomes 32 values that are not numbers (X = 255). Magnitudes above 127 * 2^121 are cut to it. On the wire all q come first, then
/// the X of all blocks; the last block of a chunk may be shorter.
/// Sources: Open Compute Project, "OCP Microscaling Formats (MX) Specification" 1.0, 2023, section 5.3; S. Gupta et al., "Deep Learning
/// with Limited Numerical Precision", 2015, section 3.1, https://arxiv.org/abs/1502.02551. A power of two keeps all products exact,
/// so that encoding rounded values again gives the same bytes; the price is at most one of the eight bits.
/// </remarks>
internal sealed class Int8Format : IWireFormat
{
    /// <summary>Values that share a power of two.</summary>
    public const int BlockLength = 32;

    private const int ValuesPerWord = 2;
    private const int ValuesPerRandomBlock = ValuesPerWord * RandomBlocks.WordsPerBlock;
    private const int ValuesAtOnce = ValuesPerWord * RandomBlocks.WordsAtOnce;
    private const int TileLength = 32 * ValuesAtOnce;

    private const int ExponentMinimum = 7;
    private const int ExponentMaximum = 254;
    private const int ExponentOfNothing = 255;
    private const int ScaleBias = 133;
    private const int FloatBias = 127;
    private const int MantissaBits = 23;
    private const uint MagnitudeBits = 0x7FFFFFFF;
    private const uint InfinityBits = 0x7F800000;

    /// <summary>What takes a mantissa above 127/64 to the next exponent.</summary>
    private const uint UpToNextExponent = 0x1FFFF;

    /// <inheritdoc/>
    public bool IsExact => false;

    /// <inheritdoc/>
    public int ChunkLength => 4 * VectorLayout.DefaultChunkLength;

    /// <inheritdoc/>
    public int BytesOf(int count) => count + BlocksOf(count);

    /// <inheritdoc/>
    public void Round(Span<float> values, RandomBlocks random, long first)
    {
        Span<uint> words = stackalloc uint[TileLength / ValuesPerWord];
        var halves = MemoryMarshal.Cast<uint, ushort>(words);
        for (var tile = 0; tile < values.Length; tile += TileLength)
        {
            var part = values[tile..Math.Min(values.Length, tile + TileLength)];
            random.Fill((first + tile) / ValuesPerRandomBlock, words[..((part.Length + ValuesAtOnce - 1) / ValuesAtOnce * RandomBlocks.WordsAtOnce)]);
            for (var block = 0; block < part.Length; block += BlockLength)
            {
                RoundBlock(part[block..Math.Min(part.Length, block + BlockLength)], halves.Slice(block, BlockLength));
            }
        }
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var scales = bytes[values.Length..];
        Span<float> last = stackalloc float[BlockLength];
        Span<sbyte> numbers = stackalloc sbyte[BlockLength];
        for (var block = 0; block < BlocksOf(values.Length); block++)
        {
            var start = block * BlockLength;
            var length = Math.Min(BlockLength, values.Length - start);
            if (length == BlockLength)
            {
                scales[block] = EncodeBlock(values.Slice(start, length), MemoryMarshal.Cast<byte, sbyte>(bytes.Slice(start, length)));
                continue;
            }

            last.Clear();
            values.Slice(start, length).CopyTo(last);
            scales[block] = EncodeBlock(last, numbers);
            MemoryMarshal.AsBytes(numbers[..length]).CopyTo(bytes[start..]);
        }
    }

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var scales = bytes[values.Length..];
        for (var block = 0; block < BlocksOf(values.Length); block++)
        {
            var start = block * BlockLength;
            var length = Math.Min(BlockLength, values.Length - start);
            var scale = ScaleOf(scales[block]);
            var numbers = MemoryMarshal.Cast<byte, sbyte>(bytes.Slice(start, length));
            var target = values.Slice(start, length);
            if (length == BlockLength)
            {
                DecodeBlock(numbers, scale, target);
                continue;
            }

            for (var index = 0; index < length; index++)
            {
                target[index] = numbers[index] * scale;
            }
        }
    }

    private static int BlocksOf(int count) => (count + BlockLength - 1) / BlockLength;

    private static void RoundBlock(Span<float> values, ReadOnlySpan<ushort> random)
    {
        if (values.Length == BlockLength)
        {
            RoundWholeBlock(values, random);
            return;
        }

        Span<float> whole = stackalloc float[BlockLength];
        whole.Clear();
        values.CopyTo(whole);
        RoundWholeBlock(whole, random);
        whole[..values.Length].CopyTo(values);
    }

    private static void RoundWholeBlock(Span<float> values, ReadOnlySpan<ushort> random)
    {
        var halves = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var (first, second) = (halves[0], halves[1]);
        var exponent = ExponentOf(first, second);
        if (exponent == ExponentOfNothing)
        {
            values.Fill(float.NaN);
            return;
        }

        var (scale, inverse) = (ScaleOf(exponent), InverseOf(exponent));
        var (lower, upper) = Vector512.Widen(MemoryMarshal.Cast<ushort, Vector512<ushort>>(random)[0]);
        halves[0] = Numbers(first * inverse, lower) * scale;
        halves[1] = Numbers(second * inverse, upper) * scale;
    }

    private static Vector512<float> Numbers(Vector512<float> multiples, Vector512<uint> random)
    {
        const float Step = 1f / 65536;
        var upwards = (Vector512.ConvertToSingle(random.AsInt32()) + Vector512.Create(0.5f)) * Step;
        var limit = Vector512.Create(127f);
        return Vector512.Min(Vector512.Max(Vector512.Floor(multiples + upwards), -limit), limit);
    }

    private static byte EncodeBlock(ReadOnlySpan<float> values, Span<sbyte> numbers)
    {
        var halves = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var exponent = ExponentOf(halves[0], halves[1]);
        if (exponent == ExponentOfNothing)
        {
            numbers.Clear();
            return ExponentOfNothing;
        }

        var inverse = InverseOf(exponent);
        var shorts = Vector512.Narrow(Vector512.ConvertToInt32(halves[0] * inverse), Vector512.ConvertToInt32(halves[1] * inverse));
        MemoryMarshal.Cast<sbyte, Vector256<sbyte>>(numbers)[0] = Vector256.Narrow(shorts.GetLower(), shorts.GetUpper());
        return (byte)exponent;
    }

    private static void DecodeBlock(ReadOnlySpan<sbyte> numbers, float scale, Span<float> values)
    {
        var halves = MemoryMarshal.Cast<float, Vector512<float>>(values);
        var bytes = MemoryMarshal.Cast<sbyte, Vector256<sbyte>>(numbers)[0];
        var (lower, upper) = Vector512.Widen(Vector512.Create(Vector256.WidenLower(bytes), Vector256.WidenUpper(bytes)));
        halves[0] = Vector512.ConvertToSingle(lower) * scale;
        halves[1] = Vector512.ConvertToSingle(upper) * scale;
    }

    /// <summary>The byte X of a block.</summary>
    private static int ExponentOf(Vector512<float> first, Vector512<float> second)
    {
        // The bits of magnitudes are ordered as the magnitudes, and what is not a number is above all.
        var mask = Vector512.Create(MagnitudeBits);
        var sixteen = Vector512.Max(first.AsUInt32() & mask, second.AsUInt32() & mask);
        var eight = Vector256.Max(sixteen.GetLower(), sixteen.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        var two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2u, 3, 0, 1)));
        var largest = Vector128.Max(two, Vector128.Shuffle(two, Vector128.Create(1u, 0, 3, 2))).ToScalar();
        return largest >= InfinityBits
            ? ExponentOfNothing
            : Math.Clamp((int)((largest + UpToNextExponent) >> MantissaBits), ExponentMinimum, ExponentMaximum);
    }

    /// <summary>s = 2^(X - 133); not a number for X = 255.</summary>
    private static float ScaleOf(int exponent) =>
        exponent == ExponentOfNothing ? float.NaN : BitConverter.Int32BitsToSingle((exponent - ScaleBias + FloatBias) << MantissaBits);

    /// <summary>1 / s; anything for X = 255.</summary>
    private static float InverseOf(int exponent) => BitConverter.Int32BitsToSingle((ScaleBias - exponent + FloatBias) << MantissaBits);
}
