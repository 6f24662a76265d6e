namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>A module whose parameters, its own or those of its parts, start from another distribution than PyTorch's default.</summary>
public interface IParameterDistribution
{
    /// <summary>Names the distribution of one of the parameters.</summary>
    /// <param name="name">Name of the parameter within the module, "layers.0.weight".</param>
    /// <returns>Its distribution; null means the default.</returns>
    ParameterDistribution? Distribution(string name);
}
