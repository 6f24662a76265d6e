using LightlyCluster.SelfSupervised.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>A residual network from images to features, with torchvision's parameter names.</summary>
/// <remarks>
/// Each block adds a correction to its input, which keeps deep networks trainable. Source: He et al., "Deep Residual Learning for
/// Image Recognition", 2016, https://arxiv.org/abs/1512.03385. Keys: conv1, bn1, layer1.0.conv1, layer2.0.downsample.0 and so on;
/// <c>fc</c> with a classifier.
/// </remarks>
public sealed class ResNet : Backbone
{
    private const long SideMinimum = 8;

    private readonly Conv2d _stemConvolution;
    private readonly BatchNormalization _stemNormalization;
    private readonly ModuleSequence[] _stages;
    private readonly Linear? _classifier;
    private readonly ResNetSpecification _specification;
    private readonly ResNetOptions _options;

    internal ResNet(ResNetSpecification specification, ResNetOptions options)
        : base(specification.Name, specification.FeatureCount(options.Width))
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.SplitCount);
        _specification = specification;
        _options = options;
        ArchitectureName = specification.Name;
        Func<long, BatchNormalization> normalize = options.SplitCount > 0
            ? channelCount => new SplitBatchNorm(channelCount, options.SplitCount)
            : channelCount => new BatchNormalization(channelCount);
        var baseCount = ResNetSpecification.BaseChannelCount(options.Width);
        _stemConvolution = options.Stem == ResNetStem.Small
            ? nn.Conv2d(3, baseCount, 3, stride: 1, padding: 1, bias: false)
            : nn.Conv2d(3, baseCount, 7, stride: 2, padding: 3, bias: false);
        _stemNormalization = normalize(baseCount);
        register_module("conv1", _stemConvolution);
        register_module("bn1", _stemNormalization);
        _stages = new ModuleSequence[4];
        var inputCount = baseCount;
        for (var stage = 0; stage < 4; stage++)
        {
            (_stages[stage], inputCount) = MakeStage(specification, stage, inputCount, baseCount << stage, normalize);
            register_module(StageName(stage), _stages[stage]);
        }

        if (options.ClassCount is { } classCount)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
            _classifier = nn.Linear(FeatureCount, classCount);
            register_module("fc", _classifier);
        }
    }

    internal ResNetSpecification Specification => _specification;

    internal ResNetOptions Options => _options;

    /// <summary>Name of the architecture as lightly writes it, "resnet-18".</summary>
    public string ArchitectureName { get; }

    /// <summary>Gives the features, or the class scores if the network was made with classes.</summary>
    /// <param name="input">Images, [N, 3, H, W], height and width at least 8; borrowed.</param>
    /// <returns>Features [N, FeatureCount], or scores [N, classes]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features_NF = Features(input);
        return (_classifier is null ? features_NF : _classifier.call(features_NF)).MoveToOuterDisposeScope();
    }

    /// <summary>Gives the features, also if the network was made with classes.</summary>
    /// <param name="input">Images, [N, 3, H, W], height and width at least 8; borrowed.</param>
    /// <returns>Features, mean over the positions of the last stage, [N, FeatureCount]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public Tensor Features(Tensor input)
    {
        using var scope = NewDisposeScope();
        RequireImages(input, SideMinimum);
        var stem = _stemConvolution.call(input);
        var value = _options.HasStemActivation ? _stemNormalization.ForwardRectified(stem) : _stemNormalization.call(stem);

        if (_options.Stem == ResNetStem.Large)
        {
            value = nn.functional.max_pool2d(value, 3, 2, 1);
        }

        for (var stage = 0; stage < _stages.Length; stage++)
        {
            value = _stages[stage].call(stage == 0 ? value : Mark(value, StageName(stage)));
        }

        return Mark(value.mean([2L, 3L]), "").MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Backbone CreateSame() => new ResNet(_specification, _options);

    private static string StageName(int stage) => $"layer{stage + 1}";

    private static (ModuleSequence Stage, long OutputCount) MakeStage(
        ResNetSpecification specification,
        int stage,
        long inputCount,
        long innerCount,
        Func<long, BatchNormalization> normalize)
    {
        var blocks = new List<nn.Module<Tensor, Tensor>>();
        for (var block = 0; block < specification.BlockCounts[stage]; block++)
        {
            var stride = stage > 0 && block == 0 ? 2 : 1;
            blocks.Add(new ResNetBlock(specification, inputCount, innerCount, stride, normalize));
            inputCount = innerCount * specification.Expansion;
        }

        return (new ModuleSequence(blocks), inputCount);
    }
}
