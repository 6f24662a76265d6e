namespace LightlyCluster.Client.Demo;

/// <summary>Random numbers that are a function of a seed (SplitMix64: Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators, 2014).</summary>
internal sealed class SeededRandom
{
    private ulong _state;

    /// <summary>Starts at a seed.</summary>
    public SeededRandom(ulong seed) => _state = seed;

    /// <summary>A number from 0 up to, but not including, 1.</summary>
    public float Unit() => (Next() >> 40) * (1f / (1 << 24));

    /// <summary>A number between two others.</summary>
    public float Between(float low, float high) => low + ((high - low) * Unit());

    /// <summary>A whole number from 0 up to, but not including, the given one.</summary>
    public int Below(int count) => (int)(Next() % (ulong)count);

    private ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var mixed = (_state ^ (_state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
