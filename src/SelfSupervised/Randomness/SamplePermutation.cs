namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>A seeded permutation of the numbers 0 to count - 1 that needs no memory and answers for one position at once.</summary>
/// <remarks>
/// Any worker can ask which sample stands at a position of an epoch without shuffling a list. A Feistel network with Philox as its
/// round function permutes the smallest range of an even number of bits that holds the count; results outside of the count are
/// permuted again (cycle walking) until they fall inside, which takes fewer than four tries on average. J. Black, P. Rogaway:
/// Ciphers with Arbitrary Finite Domains (2002).
/// </remarks>
public sealed class SamplePermutation
{
    private const int Rounds = 8;

    private readonly ulong _key;
    private readonly int _halfBits;
    private readonly ulong _halfMask;

    /// <summary>Makes the permutation of an epoch.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="epoch">Number of the epoch.</param>
    /// <param name="count">Number of samples, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public SamplePermutation(ulong seed, long epoch, long count)
        : this(new RandomStream(seed, RandomPurpose.Permutation, epoch, count, 0), count)
    {
    }

    /// <summary>Makes a permutation from a stream of one's own, for example for the shuffled keys of MoCo.</summary>
    /// <param name="stream">Where the permutation's key is drawn from.</param>
    /// <param name="count">Number of elements, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public SamplePermutation(RandomStream stream, long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        _key = stream.NextUInt64();
        _halfBits = 1;
        while (_halfBits < 31 && 1L << (2 * _halfBits) < count)
        {
            _halfBits++;
        }

        if (1L << (2 * _halfBits) < count)
        {
            _halfBits = 32;
        }

        _halfMask = (1UL << _halfBits) - 1;
    }

    /// <summary>Number of elements.</summary>
    public long Count { get; }

    /// <summary>The element at a position; each element stands at exactly one position.</summary>
    /// <param name="position">Position, 0 to <see cref="Count"/> - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The position is outside of the permutation.</exception>
    public long this[long position]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(position);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(position, Count);
            // The walk ends: it follows a cycle of a bijection that started inside of the count.
            var value = (ulong)position;
            do
            {
                value = Encrypt(value);
            }
            while (value >= (ulong)Count);

            return (long)value;
        }
    }

    private ulong Encrypt(ulong value)
    {
        var left = value >> _halfBits;
        var right = value & _halfMask;
        for (var round = 0u; round < Rounds; round++)
        {
            var mixed = Philox.Compute(PhiloxBlock.From(right, round), _key).Low & _halfMask;
            (left, right) = (right, left ^ mixed);
        }

        return (left << _halfBits) | right;
    }
}
