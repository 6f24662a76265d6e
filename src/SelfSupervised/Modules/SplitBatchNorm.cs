using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Batch normalization with statistics of their own for each of several parts of a batch, as if on several devices.</summary>
/// <remarks>
/// MoCo must not see through batch statistics which images share a batch; splitting imitates per-device statistics on one device.
/// Source: He et al., "Momentum Contrast", 2020, section 3.3, https://arxiv.org/abs/1911.05722. As in lightly, sample n belongs to
/// split n mod splits, the running statistics have a part for each split, they are averaged over the splits on the change to
/// evaluation mode, evaluation uses the first part, and the number of batches is not counted.
/// </remarks>
public sealed class SplitBatchNorm : BatchNormalization
{
    /// <summary>Makes the layer.</summary>
    /// <param name="channelCount">C, at least 1.</param>
    /// <param name="splitCount">Number of parts of a batch, at least 1; a training batch must divide by it.</param>
    /// <param name="epsilon">Added to the variance before the root; positive.</param>
    /// <param name="momentum">Share of a new batch in the running statistics, 0 to 1.</param>
    /// <param name="affine">Whether there are a trained scale and shift.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SplitBatchNorm(
        long channelCount,
        long splitCount,
        double epsilon = DefaultEpsilon,
        double momentum = DefaultMomentum,
        bool affine = true)
        : base(nameof(SplitBatchNorm), channelCount, channelCount * Math.Max(splitCount, 1), epsilon, momentum, affine)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(splitCount, 1);
        SplitCount = splitCount;
    }

    /// <summary>Number of parts of a batch.</summary>
    public long SplitCount { get; }

    /// <summary>Normalizes a batch of images, each split with its own statistics.</summary>
    /// <param name="input">Floating point [N, C, H, W]; in training N divides by the number of splits; borrowed.</param>
    /// <returns>The normalized batch, same shape and dtype; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or N does not divide by the number of splits.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var shape = input.shape;
        RequireShape(shape);
        if (!training)
        {
            return nn.functional.batch_norm(
                input, RunningMean.narrow(0, 0, ChannelCount), RunningVariance.narrow(0, 0, ChannelCount), Weight, Bias,
                training: false, Momentum, Epsilon).MoveToOuterDisposeScope();
        }

        var split = input.reshape(shape[0] / SplitCount, StatisticsCount, shape[2], shape[3]);
        var output = NormalizeWithBatch(split, Weight?.repeat(SplitCount), Bias?.repeat(SplitCount));
        return output.reshape(shape).MoveToOuterDisposeScope();
    }

    /// <summary>Chooses training or evaluation; the change to evaluation averages the running statistics over the splits.</summary>
    /// <param name="train">True for training.</param>
    public override void train(bool train = true)
    {
        if (training && !train)
        {
            AverageOverSplits(RunningMean);
            AverageOverSplits(RunningVariance);
        }

        base.train(train);
    }

    private void AverageOverSplits(Tensor statistics)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        statistics.copy_(statistics.view(SplitCount, ChannelCount).mean([0L]).repeat(SplitCount));
    }

    private void RequireShape(long[] shape)
    {
        if (shape.Length != 4 || shape[1] != ChannelCount)
        {
            throw new ArgumentException(
                $"Split batch normalization takes [N, {ChannelCount}, H, W], not [{string.Join(", ", shape)}].", nameof(shape));
        }

        if (training && shape[0] % SplitCount != 0)
        {
            throw new ArgumentException(
                $"A batch of {shape[0]} does not divide by {SplitCount} splits of batch normalization. "
                + "Choose a batch (per shard) that is a multiple of the number of splits.",
                nameof(shape));
        }

        if (training && shape[0] / SplitCount * shape[2] * shape[3] < 2)
        {
            throw new ArgumentException(
                $"Split batch normalization needs more than one value per channel and split, got [{string.Join(", ", shape)}] "
                + $"with {SplitCount} splits. Use a larger batch or fewer splits.",
                nameof(shape));
        }
    }
}
