using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>The projection head of DINO: three linear layers with GELU, a bottleneck of length 1, then scores of prototypes.</summary>
/// <remarks>
/// Source: Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021, section 3.1,
/// https://arxiv.org/abs/2104.14294. Layers, keys, start values and defaults as in lightly: <c>layers.N</c>,
/// <c>last_layer.weight_g</c> (not trained by default), <c>last_layer.weight_v</c>.
/// </remarks>
public sealed class DINOProjectionHead : ProjectionHead, IParameterDistribution
{
    private const double StandardDeviation = 0.02;

    private readonly WeightNormalizedLinear _lastLayer;
    private readonly int _freezeLastLayer;

    /// <summary>Makes the head.</summary>
    /// <param name="inputDim">Number of features that it takes, at least 1.</param>
    /// <param name="hiddenDim">Width of the hidden layers, at least 1.</param>
    /// <param name="bottleneckDim">Width of the bottleneck, at least 1.</param>
    /// <param name="outputDim">Number of prototypes, at least 1.</param>
    /// <param name="batchNorm">Whether batch norm follows the hidden layers.</param>
    /// <param name="freezeLastLayer">Number of epochs in which the last layer does not learn; -1 or 0 means none.</param>
    /// <param name="normLastLayer">Whether the prototypes keep length 1 (their lengths are not trained).</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public DINOProjectionHead(
        long inputDim = 2048,
        long hiddenDim = 2048,
        long bottleneckDim = 256,
        long outputDim = 65536,
        bool batchNorm = false,
        int freezeLastLayer = -1,
        bool normLastLayer = true)
        : base(
            new ProjectionLayer(inputDim, hiddenDim, Normalization(batchNorm), Activation.GELU),
            new ProjectionLayer(hiddenDim, hiddenDim, Normalization(batchNorm), Activation.GELU),
            new ProjectionLayer(hiddenDim, bottleneckDim, ProjectionNormalization.None, Activation.None))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(outputDim, 1);
        _freezeLastLayer = freezeLastLayer;
        _lastLayer = new WeightNormalizedLinear(bottleneckDim, outputDim, isLengthTrained: !normLastLayer);
        RegisterOwnedModule("last_layer", _lastLayer);
        OutputCount = outputDim;
    }

    /// <summary>Applies the head.</summary>
    /// <param name="input">Features, floating point [N, InputCount]; borrowed.</param>
    /// <returns>Scores of the prototypes, [N, OutputCount]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var bottleneck = nn.functional.normalize(base.forward(input), p: 2, dim: 1);
        return _lastLayer.call(bottleneck).MoveToOuterDisposeScope();
    }

    /// <summary>Removes the last layer's gradients while it is to stay as it is; call it between backward and the optimizer.</summary>
    /// <param name="currentEpoch">Number of the epoch, from 0.</param>
    public void CancelLastLayerGradients(int currentEpoch)
    {
        if (currentEpoch >= _freezeLastLayer)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        foreach (var parameter in _lastLayer.parameters())
        {
            // Set to zero, not null: the gradient may be a view of a flat buffer.
            parameter.grad?.zero_();
        }
    }

    /// <inheritdoc/>
    public ParameterDistribution? Distribution(string name) => name switch
    {
        _ when !name.StartsWith("layers.", StringComparison.Ordinal) => null,
        _ when name.EndsWith(".bias", StringComparison.Ordinal) => ParameterDistribution.Constant(0),
        _ => LinearDistribution(name),
    };

    private static ProjectionNormalization Normalization(bool batchNorm) =>
        batchNorm ? ProjectionNormalization.Batch : ProjectionNormalization.None;

    private ParameterDistribution? LinearDistribution(string name) =>
        get_parameter(name)?.shape.Length == 2 ? ParameterDistribution.TruncatedNormal(StandardDeviation) : null;
}
