namespace LightlyCluster.Fleet;

/// <summary>Stops the process when something that must hold does not.</summary>
public static class Invariant
{
    /// <summary>Throws when <paramref name="condition"/> is false.</summary>
    /// <exception cref="InvariantBrokenException">The condition is false.</exception>
    public static void Require(bool condition, string meaning)
    {
        if (!condition)
        {
            throw new InvariantBrokenException($"Broken invariant: {meaning}. This is a defect of LightlyCluster; please report it.");
        }
    }
}
