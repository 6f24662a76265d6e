using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>A backbone with a linear classifier behind it, both trained on labels: how good a start the features are.</summary>
/// <remarks>Keys <c>backbone</c> and <c>head</c>.</remarks>
public sealed class FineTuneClassifier : RegisteredModule
{
    private readonly Backbone _backbone;
    private readonly Linear _head;

    /// <summary>Makes the classifier and takes over the backbone.</summary>
    /// <param name="backbone">The trained backbone; owned by the classifier from now on.</param>
    /// <param name="classCount">Number of classes, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of classes is below 1.</exception>
    public FineTuneClassifier(Backbone backbone, long classCount)
        : base(nameof(FineTuneClassifier))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        _backbone = backbone;
        _head = nn.Linear(backbone.FeatureCount, classCount);
        register_module("backbone", backbone);
        register_module("head", _head);
    }

    /// <summary>Gives the class scores.</summary>
    /// <param name="input">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>Scores, [N, C]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        return _head.call(_backbone.call(input)).MoveToOuterDisposeScope();
    }

    /// <summary>The mean cross-entropy of a batch.</summary>
    /// <param name="images">Images, [N, 3, H, W]; borrowed.</param>
    /// <param name="labels">Their classes, int64 [N]; borrowed.</param>
    /// <returns>The loss, [], differentiable in the whole network; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public Tensor Loss(Tensor images, Tensor labels)
    {
        if (labels.shape.Length != 1 || images.shape[0] != labels.shape[0])
        {
            throw new ArgumentException(
                $"{images.shape[0]} images need as many labels, not [{string.Join(", ", labels.shape)}].", nameof(labels));
        }

        using var scope = NewDisposeScope();
        RequireClasses(labels);
        return nn.functional.cross_entropy(forward(images), labels).MoveToOuterDisposeScope();
    }

    private void RequireClasses(Tensor labels)
    {
        if (labels.dtype != ScalarType.Int64)
        {
            throw new ArgumentException($"Labels are int64, not {labels.dtype}.", nameof(labels));
        }

        if (labels.shape[0] > 0 && (labels.min().item<long>() < 0 || labels.max().item<long>() >= _head.out_features))
        {
            throw new ArgumentException(
                $"Labels go from {labels.min().item<long>()} to {labels.max().item<long>()}; allowed is 0 to {_head.out_features - 1}.", nameof(labels));
        }
    }
}
