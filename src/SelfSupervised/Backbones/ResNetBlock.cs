using LightlyCluster.SelfSupervised.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>
/// One residual block, basic (two 3x3 convolutions) or bottleneck (1x1, 3x3 with the stride, 1x1 to four times the channels).
/// </summary>
/// <remarks>Keys as torchvision's: conv1, bn1, conv2, bn2, conv3, bn3, downsample.0, downsample.1.</remarks>
internal sealed class ResNetBlock : RegisteredModule
{
    private readonly List<(Conv2d Convolution, BatchNormalization Normalization)> _layers = [];
    private readonly ModuleSequence? _downsample;

    public ResNetBlock(
        ResNetSpecification specification, long inputCount, long innerCount, long stride, Func<long, BatchNormalization> normalize)
        : base(nameof(ResNetBlock))
    {
        var outputCount = innerCount * specification.Expansion;
        if (specification.IsBottleneck)
        {
            Add(inputCount, innerCount, kernelSize: 1, stride: 1, normalize);
            Add(innerCount, innerCount, kernelSize: 3, stride, normalize);
            Add(innerCount, outputCount, kernelSize: 1, stride: 1, normalize);
        }
        else
        {
            Add(inputCount, innerCount, kernelSize: 3, stride, normalize);
            Add(innerCount, outputCount, kernelSize: 3, stride: 1, normalize);
        }

        if (stride != 1 || inputCount != outputCount)
        {
            _downsample = new ModuleSequence(
                nn.Conv2d(inputCount, outputCount, 1, stride: stride, bias: false), normalize(outputCount));
            register_module("downsample", _downsample);
        }
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var value = input;
        for (var index = 0; index < _layers.Count - 1; index++)
        {
            value = _layers[index].Normalization.ForwardRectified(_layers[index].Convolution.call(value));
        }

        var residual = _layers[^1].Convolution.call(value);
        var shortcut = _downsample is null ? input : _downsample.call(input);
        return _layers[^1].Normalization.ForwardRectified(residual, shortcut).MoveToOuterDisposeScope();
    }

    private void Add(
        long inputCount, long outputCount, long kernelSize, long stride, Func<long, BatchNormalization> normalize)
    {
        var number = _layers.Count + 1;
        var convolution = nn.Conv2d(inputCount, outputCount, kernelSize, stride: stride, padding: kernelSize / 2, bias: false);
        var normalization = normalize(outputCount);
        register_module($"conv{number}", convolution);
        register_module($"bn{number}", normalization);
        _layers.Add((convolution, normalization));
    }
}
