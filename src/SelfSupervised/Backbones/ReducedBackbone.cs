using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>A backbone whose features a linear map reduces to a few numbers, for embeddings that are cheap to compare.</summary>
/// <remarks>
/// lightly's old command line put a 1x1 convolution to 32 channels before the global average pooling. Both are linear, so that their
/// order does not matter: this map after the pooling gives the same numbers (up to rounding) at a fraction of the cost. It is trained
/// with the backbone, the projection head of the method stands behind it. Keys: <c>trunk</c> and <c>reduction</c> (a 1x1 convolution,
/// [D, F, 1, 1] and [D]).
/// </remarks>
public sealed class ReducedBackbone : Backbone
{
    private readonly Conv2d _reduction;

    /// <summary>Puts a reduction behind a backbone.</summary>
    /// <param name="trunk">The backbone; owned from now on.</param>
    /// <param name="dimension">D, numbers of an embedding, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">D is below 1.</exception>
    public ReducedBackbone(Backbone trunk, int dimension)
        : base(nameof(ReducedBackbone), dimension)
    {
        Trunk = trunk;
        _reduction = nn.Conv2d(trunk.FeatureCount, dimension, 1);
        register_module("trunk", trunk);
        register_module("reduction", _reduction);
    }

    /// <summary>The backbone without the reduction; owned.</summary>
    public Backbone Trunk { get; }

    /// <summary>Gives the low-dimensional embeddings.</summary>
    /// <param name="input">Images, [N, 3, H, W]; borrowed.</param>
    /// <returns>Embeddings, [N, D]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var features_NF11 = Trunk.call(input).unsqueeze(2).unsqueeze(3);
        return _reduction.call(features_NF11).flatten(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    internal override void Watch(Func<Tensor, string, Tensor> mark) =>
        Trunk.Watch((value, name) => mark(value, name.Length > 0 ? $"trunk.{name}" : "reduction"));

    /// <inheritdoc/>
    public override Backbone CreateSame() => new ReducedBackbone(Trunk.CreateSame(), (int)FeatureCount);
}
