using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>Makes a backbone of any module that turns images into features [N, F] or [N, F, 1, 1].</summary>
/// <remarks>
/// The number of features is checked when the backbone is made, by one small batch, so that a wrong one is not found in the middle of
/// a training. Keys are the module's own.
/// </remarks>
public sealed class CustomBackbone : Backbone
{
    private readonly Func<nn.Module<Tensor, Tensor>> _make;
    private readonly nn.Module<Tensor, Tensor> _network;
    private readonly int _imageSize;

    /// <summary>Makes the backbone and tries it on two gray images.</summary>
    /// <param name="make">Makes the module; called once here and once for each momentum copy.</param>
    /// <param name="featureCount">F, at least 1.</param>
    /// <param name="imageSize">Height and width of the images that it is tried on.</param>
    /// <exception cref="ArgumentException">The module gives another number of features, or refuses the images.</exception>
    public CustomBackbone(Func<nn.Module<Tensor, Tensor>> make, long featureCount, int imageSize = 64)
        : base(nameof(CustomBackbone), featureCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        _make = make;
        _network = make();
        _imageSize = imageSize;
        RegisterParts();
        Try();
    }

    /// <summary>Gives the features.</summary>
    /// <param name="input">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>Features, [N, FeatureCount]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or the module gives another number of features.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        RequireImages(input, sideMinimum: 1);
        var features_NF = _network.call(input).flatten(1);
        if (features_NF.shape[1] != FeatureCount)
        {
            throw new ArgumentException(
                $"The module gives {features_NF.shape[1]} features for images [{string.Join(", ", input.shape)}], "
                + $"but {FeatureCount} were announced. Give the right number, or end the module with a global average pool.",
                nameof(input));
        }

        return features_NF.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Backbone CreateSame() => new CustomBackbone(_make, FeatureCount, _imageSize);

    /// <inheritdoc/>
    public override void train(bool train = true)
    {
        _network.train(train);
        base.train(train);
    }

    private void RegisterParts()
    {
        var isComposite = !_network.named_parameters(recurse: false).Any() && !_network.named_buffers(recurse: false).Any();
        if (!isComposite)
        {
            register_module("module", _network);
            return;
        }

        foreach (var (name, child) in _network.named_children())
        {
            register_module(name, child);
        }
    }

    private void Try()
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var wasTraining = _network.training;
        train(train: false);
        try
        {
            _ = forward(full([2L, 3L, _imageSize, _imageSize], LastingScalar.Of(0.5)));
        }
        catch (Exception exception) when (exception is System.Runtime.InteropServices.ExternalException or InvalidOperationException)
        {
            throw new ArgumentException(
                $"The module refuses images [2, 3, {_imageSize}, {_imageSize}]: {exception.Message.Split('\n')[0]}", exception);
        }

        train(wasTraining);
    }
}
