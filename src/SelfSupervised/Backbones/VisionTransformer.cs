using LightlyCluster.SelfSupervised.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>A vision transformer from images to features, with timm's parameter names.</summary>
/// <remarks>
/// Patches become tokens that attend to one another; a further token collects what is said of the whole image. Source: Dosovitskiy et
/// al., "An Image is Worth 16x16 Words", 2021, https://arxiv.org/abs/2010.11929; sizes of Touvron et al., "Training data-efficient image
/// transformers", 2021, https://arxiv.org/abs/2012.12877. Keys as timm's vit_tiny_patch16_224: cls_token, pos_embed, patch_embed.proj,
/// blocks.N.norm1, blocks.N.attn.qkv and so on, norm, head. Images of other sizes than it was made for have the position embedding
/// interpolated (bicubic), so that one backbone takes the crops of DINO. Attention is written out in matrix products, whose result
/// does not depend on which fused kernel a machine has. Start values as timm's.
/// </remarks>
public sealed class VisionTransformer : Backbone, IParameterDistribution
{
    /// <summary>Added to the variance in every layer normalization.</summary>
    internal const double Epsilon = 1e-6;

    private const double StandardDeviation = 0.02;
    private const double ClassTokenDeviation = 1e-6;

    private const int BlocksPerMark = 3;

    private readonly VisionTransformerSpecification _specification;
    private readonly VisionTransformerOptions _options;
    private readonly PatchEmbedding _patchEmbedding;
    private readonly ModuleSequence _blocks;
    private readonly LayerNorm _norm;
    private readonly Linear? _classifier;

    internal VisionTransformer(VisionTransformerSpecification specification, VisionTransformerOptions options)
        : base(specification.Name, specification.FeatureCount)
    {
        RequireSizes(options);
        _specification = specification;
        _options = options;
        var width = specification.FeatureCount;
        GridSize = options.ImageSize / options.PatchSize;
        RegisterOwnedParameter("cls_token", zeros([1, 1, width], float32));
        RegisterOwnedParameter("pos_embed", randn([1, (GridSize * GridSize) + 1, width], float32).mul_(LastingScalar.Of(StandardDeviation)));
        _patchEmbedding = new PatchEmbedding(width, options.PatchSize);
        register_module("patch_embed", _patchEmbedding);
        _blocks = new ModuleSequence([.. Enumerable.Range(0, specification.BlockCount)
            .Select(_ => new VisionTransformerBlock(width, specification.HeadCount))]);
        register_module("blocks", _blocks);
        _norm = nn.LayerNorm(width, Epsilon);
        register_module("norm", _norm);
        if (options.ClassCount is { } classCount)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
            _classifier = nn.Linear(width, classCount);
            register_module("head", _classifier);
        }
    }

    internal VisionTransformerSpecification Specification => _specification;

    internal VisionTransformerOptions Options => _options;

    /// <summary>Number of patches along one side of the images that it was made for.</summary>
    public int GridSize { get; }

    /// <summary>Makes a transformer by its name.</summary>
    /// <param name="name">vit-tiny or vit-small.</param>
    /// <param name="options">Image size, patch size and classes; null means the defaults.</param>
    /// <returns>The transformer on the CPU in training mode, with random weights; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is not one of these, or the sizes do not fit.</exception>
    public static VisionTransformer Create(string name, VisionTransformerOptions? options = null)
    {
        var specification = VisionTransformerSpecification.All.FirstOrDefault(entry => entry.Name == name)
            ?? throw new ArgumentException(
                $"Illegal name: {name}. Try {string.Join(", ", VisionTransformerSpecification.All.Select(entry => entry.Name))}.",
                nameof(name));
        return new VisionTransformer(specification, options ?? new VisionTransformerOptions());
    }

    /// <summary>Gives the features, or the class scores if the network was made with classes.</summary>
    /// <param name="input">Images, [N, 3, H, W], height and width multiples of the patch size; borrowed.</param>
    /// <returns>The class token after the last normalization, [N, FeatureCount], or scores [N, classes]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        RequireImages(input, _options.PatchSize);
        var (rows, columns) = (input.shape[2] / _options.PatchSize, input.shape[3] / _options.PatchSize);
        if (input.shape[2] % _options.PatchSize != 0 || input.shape[3] % _options.PatchSize != 0)
        {
            throw new ArgumentException(
                $"Images of {input.shape[2]} x {input.shape[3]} pixels do not divide into patches of {_options.PatchSize}.", nameof(input));
        }

        var patches_NTD = _patchEmbedding.call(input);
        var classToken_N1D = OwnParameter("cls_token")!.expand(input.shape[0], 1, FeatureCount);
        var tokens_NTD = cat([classToken_N1D, patches_NTD], 1).Plus(PositionEmbedding(rows, columns));
        for (var block = 0; block < _blocks.Count; block++)
        {
            tokens_NTD = _blocks[block].call(block % BlocksPerMark == 0 ? Mark(tokens_NTD, $"blocks.{block}") : tokens_NTD);
        }

        var features_NF = Mark(_norm.call(tokens_NTD).select(1, 0).contiguous(), "");
        return (_classifier is null ? features_NF : _classifier.call(features_NF)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Backbone CreateSame() => new VisionTransformer(_specification, _options);

    /// <inheritdoc/>
    public ParameterDistribution? Distribution(string name) => name switch
    {
        "cls_token" => ParameterDistribution.TruncatedNormal(ClassTokenDeviation),
        "pos_embed" => ParameterDistribution.TruncatedNormal(StandardDeviation),
        _ when name.StartsWith("patch_embed.", StringComparison.Ordinal) || name.Contains("norm", StringComparison.Ordinal) => null,
        _ when name.EndsWith(".weight", StringComparison.Ordinal) => ParameterDistribution.TruncatedNormal(StandardDeviation),
        _ => ParameterDistribution.Constant(0),
    };

    private static void RequireSizes(VisionTransformerOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.PatchSize, 1);
        if (options.ImageSize < options.PatchSize || options.ImageSize % options.PatchSize != 0)
        {
            throw new ArgumentException(
                $"The image size ({options.ImageSize}) must be a multiple of the patch size ({options.PatchSize}). "
                + "Choose a patch size that divides it, for example 4 for 32 pixels.",
                nameof(options));
        }
    }

    /// <summary>The position embedding for a grid of patches, interpolated where the grid is another one.</summary>
    internal Tensor PositionEmbedding(long rows, long columns)
    {
        var embedding = OwnParameter("pos_embed")!;
        if (rows == GridSize && columns == GridSize)
        {
            return embedding;
        }

        var grid = embedding.narrow(1, 1, (long)GridSize * GridSize).view(1, GridSize, GridSize, FeatureCount).permute(0, 3, 1, 2);
        var resized = nn.functional.interpolate(
            grid, size: [rows, columns], mode: InterpolationMode.Bicubic, align_corners: false);
        return cat([embedding.narrow(1, 0, 1), resized.permute(0, 2, 3, 1).reshape(1, rows * columns, FeatureCount)], 1);
    }

    private sealed class PatchEmbedding : RegisteredModule
    {
        private readonly Conv2d _projection;

        public PatchEmbedding(long width, int patchSize)
            : base(nameof(PatchEmbedding))
        {
            _projection = nn.Conv2d(3, width, patchSize, stride: patchSize);
            register_module("proj", _projection);
        }

        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return _projection.call(input).flatten(2).transpose(1, 2).MoveToOuterDisposeScope();
        }
    }
}
