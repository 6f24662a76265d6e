using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>A small network from features to embeddings or predictions, built from a list of layers.</summary>
/// <remarks>
/// The loss acts behind the head, so that the features in front of it keep what the loss would remove. Keys are lightly's:
/// <c>layers.N.weight</c>, where N counts linear maps, normalizations and activations.
/// </remarks>
public class ProjectionHead : RegisteredModule
{
    private readonly ModuleSequence _layers;

    /// <summary>Makes the head.</summary>
    /// <param name="layers">The layers in order, at least one; each takes what the one before gives.</param>
    /// <exception cref="ArgumentException">There is no layer, or two neighbours do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A layer has a size below 1.</exception>
    public ProjectionHead(params IReadOnlyList<ProjectionLayer> layers)
        : base(nameof(ProjectionHead))
    {
        if (layers.Count == 0)
        {
            throw new ArgumentException("A head needs at least one layer.", nameof(layers));
        }

        var modules = new List<nn.Module<Tensor, Tensor>>();
        var previousCount = layers[0].InputCount;
        foreach (var layer in layers)
        {
            RequireLayer(layer, previousCount);
            AddLayer(modules, layer);
            previousCount = layer.OutputCount;
        }

        InputCount = layers[0].InputCount;
        OutputCount = previousCount;
        _layers = new ModuleSequence(modules);
        RegisterOwnedModule("layers", _layers);
    }

    /// <summary>Number of features that the head takes.</summary>
    public long InputCount { get; }

    /// <summary>Number of values that the head gives.</summary>
    public long OutputCount { get; private protected init; }

    /// <summary>Applies the head.</summary>
    /// <param name="input">Features, floating point [N, InputCount]; borrowed.</param>
    /// <returns>Outputs, [N, OutputCount], not normalized; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input)
    {
        RequireFeatures(input, InputCount);
        return _layers.call(input);
    }

    /// <summary>Refuses what is not a batch of features of the right size, before native code sees it.</summary>
    /// <param name="input">The features.</param>
    /// <param name="featureCount">Their expected number.</param>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    private protected static void RequireFeatures(Tensor input, long featureCount)
    {
        var shape = input.shape;
        if (shape.Length != 2 || shape[1] != featureCount)
        {
            throw new ArgumentException(
                $"The head takes features [N, {featureCount}], not [{string.Join(", ", shape)}]. "
                + "Make the head with the backbone's number of features.",
                nameof(input));
        }

        if (!input.is_floating_point())
        {
            throw new ArgumentException($"The head takes features of floating point numbers, not {input.dtype}.", nameof(input));
        }
    }

    private static void RequireLayer(ProjectionLayer layer, long previousCount)
    {
        if (layer.InputCount < 1 || layer.OutputCount < 1)
        {
            throw new ArgumentOutOfRangeException(
                nameof(layer),
                $"A layer of a head takes {layer.InputCount} values and gives {layer.OutputCount}; allowed are 1 and more "
                + "(features, hiddenDim and outDim).");
        }

        if (layer.InputCount != previousCount)
        {
            throw new ArgumentException(
                $"A layer takes {layer.InputCount} values but the one before gives {previousCount}.", nameof(layer));
        }
    }

    private static void AddLayer(List<nn.Module<Tensor, Tensor>> modules, ProjectionLayer layer)
    {
        var hasBias = layer.HasBias ?? layer.Normalization == ProjectionNormalization.None;
        modules.Add(nn.Linear(layer.InputCount, layer.OutputCount, hasBias));
        switch (layer.Normalization)
        {
            case ProjectionNormalization.Batch:
                modules.Add(new BatchNormalization(layer.OutputCount));
                break;
            case ProjectionNormalization.BatchWithoutAffine:
                modules.Add(new BatchNormalization(layer.OutputCount, affine: false));
                break;
            case ProjectionNormalization.Layer:
                modules.Add(nn.LayerNorm(layer.OutputCount));
                break;
            case ProjectionNormalization.None:
            default:
                break;
        }

        if (layer.Activation != Activation.None)
        {
            modules.Add(new ActivationModule(layer.Activation));
        }
    }
}
