using LightlyCluster.SelfSupervised.Backbones;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>What a method is made from.</summary>
/// <param name="Options">What the step is a function of.</param>
/// <param name="MakeBackbone">Makes a backbone; called once, and once more for a momentum encoder.</param>
public sealed record MethodRequest(TrainingOptions Options, Func<Backbone> MakeBackbone)
{
    /// <summary>The method's parameters and those of its loss.</summary>
    public MethodParameters Parameters { get; init; } = MethodParameters.Empty;

    /// <summary>Name of the loss; empty: the method's own.</summary>
    public string Loss { get; init; } = "";

    /// <summary>What is added to the loss.</summary>
    public IReadOnlyList<RegularizerRequest> Regularizers { get; init; } = [];

    /// <summary>Views of an image that the transforms make, at least 2.</summary>
    public int ViewCount { get; init; } = 2;

    /// <summary>Replaces a backbone's drawn weights by given ones; null: they stay.</summary>
    public Action<Backbone>? StartWeights { get; init; }
}
