namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>A module whose own parameters start from another distribution than PyTorch's default.</summary>
public interface IParameterDistribution
{
    /// <summary>Names the distribution of one of the module's own parameters.</summary>
    /// <param name="name">Name of the parameter within the module.</param>
    /// <returns>Its distribution; null means the default.</returns>
    ParameterDistribution? Distribution(string name);
}
