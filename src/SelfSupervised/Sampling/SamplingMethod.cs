namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>How samples are chosen.</summary>
public enum SamplingMethod
{
    /// <summary>As different from one another as possible: the sample farthest from all chosen ones is next.</summary>
    Coreset,

    /// <summary>As <see cref="Coreset"/>, with distances multiplied by the user's scores (lightly's CORAL).</summary>
    Weighted,

    /// <summary>By a seeded permutation.</summary>
    Random,
}
