using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Models;

/// <summary>MoCo: a trained encoder for queries and a slowly following momentum encoder for keys.</summary>
/// <remarks>
/// Slow keys stay comparable, so a bank of them replaces a large batch. Source: He et al., "Momentum Contrast", 2020,
/// https://arxiv.org/abs/1911.05722. As lightly's class: each forward first updates the momentum encoder (parameters only); the first
/// view goes through the trained encoder, the second through the momentum encoder. Unlike lightly's, a forward in evaluation mode
/// changes nothing unless <see cref="UpdatesMomentumInEvaluation"/> is set. Use with a <see cref="Losses.NTXentLoss"/> with a bank.
/// </remarks>
public sealed class MoCo : TwoViewModel<Tensor>
{
    private readonly double _momentum;
    private readonly bool _batchShuffle;
    private readonly ulong _seed;
    private long _shuffleCount;

    /// <summary>Makes the model; the momentum encoder starts as a copy.</summary>
    /// <param name="backbone">From images to features; owned by the model from now on.</param>
    /// <param name="numFtrs">Number of features of the backbone, at least 1.</param>
    /// <param name="outDim">Number of values of an embedding, at least 1.</param>
    /// <param name="m">Share of the old momentum encoder in the new one, 0 to 1.</param>
    /// <param name="batchShuffle">Whether keys are encoded in a random order, so that batch norm cannot tell pairs apart.</param>
    /// <param name="makeBackbone">Makes a second backbone; needed unless the backbone is a <see cref="Backbones.Backbone"/>.</param>
    /// <param name="seed">Seed of the random orders.</param>
    /// <exception cref="ArgumentException">The backbone gives another number of features, or cannot be copied.</exception>
    public MoCo(
        nn.Module<Tensor, Tensor> backbone,
        long numFtrs = 32,
        long outDim = 128,
        double m = 0.999,
        bool batchShuffle = false,
        Func<nn.Module<Tensor, Tensor>>? makeBackbone = null,
        ulong seed = 0)
        : base(nameof(MoCo), backbone, numFtrs)
    {
        ModelParts.RequireShare(m);
        _momentum = m;
        _batchShuffle = batchShuffle;
        _seed = seed;
        ProjectionHead = new MoCoProjectionHead(numFtrs, numFtrs, outDim);
        MomentumBackbone = ModelParts.MomentumCopy(backbone, makeBackbone);
        MomentumProjectionHead = new MoCoProjectionHead(numFtrs, numFtrs, outDim);
        MomentumUpdate.Initialize(ProjectionHead, MomentumProjectionHead);
        AddPart("projection_head", ProjectionHead);
        AddPart("momentum_backbone", MomentumBackbone);
        AddPart("momentum_projection_head", MomentumProjectionHead);
    }

    /// <summary>From features to embeddings; owned by the model.</summary>
    public ProjectionHead ProjectionHead { get; }

    /// <summary>The slow backbone; owned by the model.</summary>
    public nn.Module<Tensor, Tensor> MomentumBackbone { get; }

    /// <summary>The slow head; owned by the model.</summary>
    public ProjectionHead MomentumProjectionHead { get; }

    /// <summary>Whether a forward in evaluation mode updates the momentum encoder, as lightly's does; default false.</summary>
    public bool UpdatesMomentumInEvaluation { get; set; }

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeFirst(Tensor images)
    {
        var features = ModelParts.Features(Backbone, images);
        return (ProjectionHead.call(features), features);
    }

    /// <inheritdoc/>
    protected override (Tensor Out, Tensor Features) EncodeSecond(Tensor images)
    {
        using var gradientFree = no_grad();
        using var scope = NewDisposeScope();
        var order = _batchShuffle ? BatchShuffle.DrawPermutation((int)images.shape[0], _seed, _shuffleCount++) : null;
        var input = order is null ? images : BatchShuffle.Shuffle(images, order);
        var features = ModelParts.Features(MomentumBackbone, input);
        var output = MomentumProjectionHead.call(features);
        if (order is not null)
        {
            features = BatchShuffle.Unshuffle(features, order);
            output = BatchShuffle.Unshuffle(output, order);
        }

        return (output.MoveToOuterDisposeScope(), features.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    protected override void BeforeForward()
    {
        if (training || UpdatesMomentumInEvaluation)
        {
            MomentumUpdate.Apply(Backbone, MomentumBackbone, _momentum);
            MomentumUpdate.Apply(ProjectionHead, MomentumProjectionHead, _momentum);
        }
    }
}
