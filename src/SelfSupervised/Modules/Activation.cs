namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>The function after a linear layer of a head.</summary>
public enum Activation
{
    /// <summary>None: the layer's output as it is.</summary>
    None,

    /// <summary>max(x, 0).</summary>
    ReLU,

    /// <summary>x times the normal distribution function of x, exact form.</summary>
    GELU,
}
