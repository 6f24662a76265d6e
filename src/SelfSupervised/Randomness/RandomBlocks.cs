using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>The words of a <see cref="RandomStream"/> from any place on, many at a time.</summary>
/// <remarks>
/// Eight counters run through the ten rounds of Philox4x32-10 side by side, one in each lane of 64 bits. The words are those that
/// the stream of the same coordinates draws one by one; which instructions a machine has changes the speed only.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RandomBlocks
{
    /// <summary>Words in a block.</summary>
    public const int WordsPerBlock = 4;

    /// <summary>Words that are made at a time.</summary>
    public const int WordsAtOnce = Lanes * WordsPerBlock;

    private const int Lanes = 8;
    private const ulong LowWord = uint.MaxValue;

    private readonly StreamKey _key;

    /// <summary>Opens the stream of a purpose; the coordinates are those of <see cref="RandomStream"/>.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="first">First coordinate.</param>
    /// <param name="second">Second coordinate.</param>
    /// <param name="third">Third coordinate.</param>
    public RandomBlocks(ulong seed, RandomPurpose purpose, long first, long second, int third) =>
        _key = StreamKey.Of(seed, purpose, first, second, third);

    /// <summary>Writes consecutive words of the stream.</summary>
    /// <param name="firstBlock">The block that the first word belongs to, at least 0.</param>
    /// <param name="words">Receives words 4 * <paramref name="firstBlock"/> and following; a multiple of 32 of them.</param>
    /// <exception cref="ArgumentException">The number of words is no multiple of 32.</exception>
    public void Fill(long firstBlock, Span<uint> words)
    {
        if (words.Length % WordsAtOnce != 0)
        {
            throw new ArgumentException($"{words.Length} words were asked for; they come in multiples of {WordsAtOnce}.", nameof(words));
        }

        var blocks = MemoryMarshal.Cast<uint, Vector512<ulong>>(words);
        var counter = Vector512.Create((ulong)firstBlock) + Vector512.Create(0UL, 1, 2, 3, 4, 5, 6, 7);
        for (var index = 0; index < blocks.Length; index += 2)
        {
            var (low, high) = Encipher(counter);
            blocks[index] = Weave(low, high, Vector512.Create(0UL, 0, 1, 1, 2, 2, 3, 3));
            blocks[index + 1] = Weave(low, high, Vector512.Create(4UL, 4, 5, 5, 6, 6, 7, 7));
            counter += Vector512.Create((ulong)Lanes);
        }
    }

    /// <summary>Words 0 and 1, and words 2 and 3, of the blocks of eight counters.</summary>
    private (Vector512<ulong> Low, Vector512<ulong> High) Encipher(Vector512<ulong> counter)
    {
        var mask = Vector512.Create(LowWord);
        var word0 = counter & mask;
        var word1 = counter >> 32;
        var word2 = Vector512.Create(_key.CounterHigh & LowWord);
        var word3 = Vector512.Create(_key.CounterHigh >> 32);
        var (key0, key1) = ((uint)_key.Key, (uint)(_key.Key >> 32));
        for (var round = 0; round < Philox.Rounds; round++)
        {
            var product0 = Multiply(word0, Vector512.Create((ulong)Philox.Multiplier0));
            var product1 = Multiply(word2, Vector512.Create((ulong)Philox.Multiplier1));
            word0 = (product1 >> 32) ^ word1 ^ Vector512.Create((ulong)key0);
            word1 = product1 & mask;
            word2 = (product0 >> 32) ^ word3 ^ Vector512.Create((ulong)key1);
            word3 = product0 & mask;
            key0 += Philox.Weyl0;
            key1 += Philox.Weyl1;
        }

        return (word0 | (word1 << 32), word2 | (word3 << 32));
    }

    /// <summary>The products of numbers below 2^32.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Multiply(Vector512<ulong> left, Vector512<ulong> right)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.Multiply(left.AsUInt32(), right.AsUInt32());
        }

        return Avx2.IsSupported
            ? Vector512.Create(
                Avx2.Multiply(left.GetLower().AsUInt32(), right.GetLower().AsUInt32()),
                Avx2.Multiply(left.GetUpper().AsUInt32(), right.GetUpper().AsUInt32()))
            : left * right;
    }

    /// <summary>The words of four blocks in their order: those of <paramref name="lanes"/>, twice each.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Weave(Vector512<ulong> low, Vector512<ulong> high, Vector512<ulong> lanes) => Vector512.ConditionalSelect(
        Vector512.Create(ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0, ulong.MaxValue, 0),
        Vector512.Shuffle(low, lanes),
        Vector512.Shuffle(high, lanes));
}
