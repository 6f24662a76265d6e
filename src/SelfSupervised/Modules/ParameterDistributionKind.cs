namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>The shape of a distribution of initial weights.</summary>
public enum ParameterDistributionKind
{
    /// <summary>All the same number.</summary>
    Constant,

    /// <summary>Uniform between minus and plus a bound.</summary>
    Uniform,

    /// <summary>Normal with mean 0, values beyond two standard deviations drawn again.</summary>
    TruncatedNormal,
}
