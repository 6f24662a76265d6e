using LightlyCluster.SelfSupervised.Modules;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>One layer of a head: a linear map, then batch normalization if asked for, then an activation if asked for.</summary>
/// <param name="InputCount">Number of inputs, at least 1.</param>
/// <param name="OutputCount">Number of outputs, at least 1.</param>
/// <param name="Normalization">What follows the linear map.</param>
/// <param name="Activation">What comes last.</param>
/// <param name="HasBias">Whether the linear map adds a bias; null means only without normalization, which would remove it.</param>
public sealed record ProjectionLayer(
    long InputCount,
    long OutputCount,
    ProjectionNormalization Normalization,
    Activation Activation,
    bool? HasBias = null);
