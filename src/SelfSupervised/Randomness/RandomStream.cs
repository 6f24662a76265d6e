using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;

namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>A sequence of random numbers that is a function of what the numbers are for, and of nothing else.</summary>
/// <remarks>
/// Two streams with the same key give the same numbers on every machine, in every thread, in whatever order streams are made;
/// streams with different keys are independent. The key is mixed by two blocks of <see cref="Philox"/>, then block i of the
/// stream is Philox of the counter i. A mutable structure: pass it by <c>ref</c> or keep it in one local; a copy repeats numbers.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
public struct RandomStream : IEquatable<RandomStream>
{
    private readonly ulong _key;
    private readonly ulong _counterHigh;
    private ulong _counter;
    private PhiloxBlock _block;
    private int _wordsLeft;
    private double _spareNormal;
    private bool _hasSpareNormal;

    /// <summary>Opens the stream of a purpose.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="first">First coordinate, for example the epoch or the step.</param>
    /// <param name="second">Second coordinate, for example the sample's id.</param>
    /// <param name="third">Third coordinate, for example the view.</param>
    public RandomStream(ulong seed, RandomPurpose purpose, long first, long second, int third)
    {
        (_key, _counterHigh) = StreamKey.Of(seed, purpose, first, second, third);
    }

    /// <summary>Opens the stream of a named thing, for example the initial weights of a parameter.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="name">The name; its UTF-8 bytes are hashed with XxHash64.</param>
    public RandomStream(ulong seed, string name)
        : this(seed, RandomPurpose.Weights, (long)XxHash64.HashToUInt64(Encoding.UTF8.GetBytes(name)), name.Length, 0)
    {
    }

    /// <summary>Tells whether two streams will yield the same numbers from here on.</summary>
    /// <param name="left">One stream.</param>
    /// <param name="right">The other stream.</param>
    /// <returns>True when both are at the same place of the same stream.</returns>
    public static bool operator ==(RandomStream left, RandomStream right) => left.Equals(right);

    /// <summary>Tells whether two streams differ in key or place.</summary>
    /// <param name="left">One stream.</param>
    /// <param name="right">The other stream.</param>
    /// <returns>The opposite of equality.</returns>
    public static bool operator !=(RandomStream left, RandomStream right) => !left.Equals(right);

    /// <summary>Draws 32 random bits.</summary>
    /// <returns>A uniform number of 32 bits.</returns>
    public uint NextUInt32()
    {
        if (_wordsLeft == 0)
        {
            _block = Philox.Compute(PhiloxBlock.From(_counter++, _counterHigh), _key);
            _wordsLeft = 4;
        }

        return _wordsLeft-- switch
        {
            4 => _block.Word0,
            3 => _block.Word1,
            2 => _block.Word2,
            _ => _block.Word3,
        };
    }

    /// <summary>Draws 64 random bits.</summary>
    /// <returns>A uniform number of 64 bits.</returns>
    public ulong NextUInt64()
    {
        var low = NextUInt32();
        return low | ((ulong)NextUInt32() << 32);
    }

    /// <summary>Draws a number from [0, 1) with 53 random bits.</summary>
    /// <returns>A uniform number, 0 included, 1 excluded.</returns>
    public double NextDouble() => (NextUInt64() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Draws a number from [<paramref name="low"/>, <paramref name="high"/>).</summary>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Upper bound, at least <paramref name="low"/>.</param>
    /// <returns>A uniform number; <paramref name="low"/> itself when both are equal.</returns>
    public double NextUniform(double low, double high) => low + ((high - low) * NextDouble());

    /// <summary>Draws an integer from 0 to <paramref name="exclusiveMaximum"/> - 1, each exactly as likely as the others.</summary>
    /// <param name="exclusiveMaximum">How many values there are, at least 1.</param>
    /// <returns>The integer.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is 0.</exception>
    public uint NextInteger(uint exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfZero(exclusiveMaximum);
        // Lemire's method: reject the few products that would favour small results.
        var threshold = (0u - exclusiveMaximum) % exclusiveMaximum;
        ulong product;
        do
        {
            product = (ulong)NextUInt32() * exclusiveMaximum;
        }
        while ((uint)product < threshold);

        return (uint)(product >> 32);
    }

    /// <summary>Draws from the normal distribution with mean 0 and standard deviation 1 (Box-Muller).</summary>
    /// <returns>A normal number; two calls share one pair of uniform numbers.</returns>
    public double NextNormal()
    {
        if (_hasSpareNormal)
        {
            _hasSpareNormal = false;
            return _spareNormal;
        }

        var radius = Math.Sqrt(-2 * PortableMath.Log(1 - NextDouble()));
        var (sine, cosine) = PortableMath.SineCosineOfTurns(NextDouble());
        _spareNormal = radius * sine;
        _hasSpareNormal = true;
        return radius * cosine;
    }

    /// <summary>Tosses a coin.</summary>
    /// <param name="probability">Probability of true, 0 to 1.</param>
    /// <returns>Always false at probability 0, always true at 1.</returns>
    public bool NextBoolean(double probability) => NextDouble() < probability;

    /// <summary>Fills a span with uniform numbers.</summary>
    /// <param name="values">Receives the numbers.</param>
    /// <param name="low">Smallest value.</param>
    /// <param name="high">Upper bound.</param>
    public void FillUniform(Span<float> values, double low, double high)
    {
        foreach (ref var value in values)
        {
            value = (float)NextUniform(low, high);
        }
    }

    /// <summary>Fills a span with normal numbers.</summary>
    /// <param name="values">Receives the numbers.</param>
    /// <param name="mean">Mean of the distribution.</param>
    /// <param name="standardDeviation">Standard deviation, 0 or more.</param>
    public void FillNormal(Span<float> values, double mean, double standardDeviation)
    {
        foreach (ref var value in values)
        {
            value = (float)(mean + (standardDeviation * NextNormal()));
        }
    }

    /// <inheritdoc/>
    public readonly bool Equals(RandomStream other) =>
        _key == other._key && _counterHigh == other._counterHigh && _counter == other._counter
        && _wordsLeft == other._wordsLeft && _hasSpareNormal == other._hasSpareNormal;

    /// <inheritdoc/>
    public readonly override bool Equals(object? obj) => obj is RandomStream other && Equals(other);

    /// <inheritdoc/>
    public readonly override int GetHashCode() => HashCode.Combine(_key, _counterHigh, _counter, _wordsLeft);
}
