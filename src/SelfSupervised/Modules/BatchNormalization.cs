using LightlyCluster.SelfSupervised.Modules.Kernels;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>
/// Batch normalization over [N, C] or [N, C, H, W] that can hand its batch statistics to a sink instead of changing state.
/// </summary>
/// <remarks>
/// Each channel is brought to mean 0 and variance 1 over the batch (training) or with running statistics (evaluation), then scaled
/// and shifted. Source: Ioffe and Szegedy, "Batch Normalization", 2015, https://arxiv.org/abs/1502.03167. Without a sink it behaves
/// as PyTorch's BatchNorm1d and BatchNorm2d. Keys: <c>weight</c>, <c>bias</c>, <c>running_mean</c>, <c>running_var</c>,
/// <c>num_batches_tracked</c>.
/// </remarks>
public class BatchNormalization : RegisteredModule
{
    /// <summary>Added to the variance unless another value is given.</summary>
    public const double DefaultEpsilon = 1e-5;

    /// <summary>Share of a new batch in the running statistics unless another value is given.</summary>
    public const double DefaultMomentum = 0.1;

    /// <summary>Makes the layer: weight 1, bias 0, running mean 0, running variance 1.</summary>
    /// <param name="channelCount">C, at least 1.</param>
    /// <param name="epsilon">Added to the variance before the root; positive.</param>
    /// <param name="momentum">Share of a new batch in the running statistics, 0 to 1.</param>
    /// <param name="affine">Whether there are a trained scale and shift.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public BatchNormalization(
        long channelCount, double epsilon = DefaultEpsilon, double momentum = DefaultMomentum, bool affine = true)
        : this(nameof(BatchNormalization), channelCount, channelCount, epsilon, momentum, affine)
    {
    }

    /// <summary>Makes the layer with another number of running statistics than channels.</summary>
    /// <param name="name">Name of the kind of module, for messages.</param>
    /// <param name="channelCount">C, at least 1.</param>
    /// <param name="statisticsCount">Length of the running statistics.</param>
    /// <param name="epsilon">Added to the variance before the root; positive.</param>
    /// <param name="momentum">Share of a new batch in the running statistics, 0 to 1.</param>
    /// <param name="affine">Whether there are a trained scale and shift.</param>
    private protected BatchNormalization(
        string name, long channelCount, long statisticsCount, double epsilon, double momentum, bool affine)
        : base(name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channelCount, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(momentum, 1.0);
        ChannelCount = channelCount;
        StatisticsCount = statisticsCount;
        Epsilon = epsilon;
        Momentum = momentum;
        if (affine)
        {
            RegisterOwnedParameter("weight", ones(channelCount, float32));
            RegisterOwnedParameter("bias", zeros(channelCount, float32));
        }

        RegisterOwnedBuffer("running_mean", zeros(statisticsCount, float32));
        RegisterOwnedBuffer("running_var", ones(statisticsCount, float32));
        RegisterOwnedBuffer("num_batches_tracked", zeros([], int64));
    }

    /// <summary>C, the number of channels.</summary>
    public long ChannelCount { get; }

    /// <summary>Length of the running statistics and of the sink's tensors.</summary>
    public long StatisticsCount { get; }

    /// <summary>Added to the variance before the root.</summary>
    public double Epsilon { get; }

    /// <summary>Share of a new batch in the running statistics.</summary>
    public double Momentum { get; }

    /// <summary>Takes the batch statistics of a forward in training mode; null means that the running statistics are updated.</summary>
    public BatchStatisticsSink? Sink { get; set; }

    /// <summary>Trained scale, [C]; null without affine. Owned by the layer.</summary>
    public Tensor? Weight => OwnParameter("weight");

    /// <summary>Trained shift, [C]; null without affine. Owned by the layer.</summary>
    public Tensor? Bias => OwnParameter("bias");

    /// <summary>Running mean, [StatisticsCount]; owned by the layer.</summary>
    public Tensor RunningMean => OwnBuffer("running_mean");

    /// <summary>Running unbiased variance, [StatisticsCount]; owned by the layer.</summary>
    public Tensor RunningVariance => OwnBuffer("running_var");

    /// <summary>Number of batches folded into the running statistics, int64 []; owned by the layer.</summary>
    public Tensor BatchesTracked => OwnBuffer("num_batches_tracked");

    /// <summary>Normalizes a batch.</summary>
    /// <param name="input">Floating point [N, C] or [N, C, H, W]; borrowed.</param>
    /// <returns>The normalized batch, same shape and dtype; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or training is asked for with one value per channel.</exception>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        RequireShape(input, ChannelCount, training);
        if (training && Sink is null)
        {
            using var gradientFree = no_grad();
            BatchesTracked.add_(LastingScalar.One, LastingScalar.One);
        }

        var output = training
            ? NormalizeWithBatch(input, Weight, Bias)
            : nn.functional.batch_norm(input, RunningMean, RunningVariance, Weight, Bias, training: false, Momentum, Epsilon);
        return output.MoveToOuterDisposeScope();
    }

    /// <summary>Normalizes a batch, adds another one where given, and applies ReLU: in one go where the batch allows it.</summary>
    /// <param name="input">Floating point [N, C, H, W]; borrowed.</param>
    /// <param name="shortcut">What is added before ReLU, shape and dtype of the input; null: nothing. Borrowed.</param>
    /// <returns>The result, same shape and dtype; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit, or training is asked for with one value per channel.</exception>
    public Tensor ForwardRectified(Tensor input, Tensor? shortcut = null)
    {
        using var scope = NewDisposeScope();
        if (training && Sink is { } sink && StatisticsCount == ChannelCount && Weight is { } weight && Bias is { } bias
            && RectifiedNormalization.Takes(input, shortcut))
        {
            RequireShape(input, ChannelCount, training);
            return RectifiedNormalization.Run(input, weight, bias, shortcut, sink, Epsilon).MoveToOuterDisposeScope();
        }

        var normalized = call(input);
        return (shortcut is null ? normalized : normalized.add_(shortcut, LastingScalar.One)).relu_().MoveToOuterDisposeScope();
    }

    /// <summary>Normalizes with the statistics of the batch, which go to the sink or into the running statistics.</summary>
    /// <param name="input">Floating point with StatisticsCount channels; borrowed.</param>
    /// <param name="weight">Scale, [StatisticsCount], or null.</param>
    /// <param name="bias">Shift, [StatisticsCount], or null.</param>
    /// <returns>The normalized batch.</returns>
    private protected Tensor NormalizeWithBatch(Tensor input, Tensor? weight, Tensor? bias)
    {
        if (Sink is null)
        {
            return nn.functional.batch_norm(input, RunningMean, RunningVariance, weight, bias, training: true, Momentum, Epsilon);
        }

        // Fresh zeros with momentum 1 receive exactly the batch's statistics: 0 * 0 + 1 * statistic. Autograd keeps these two and
        // not the sink, so the sink can be written again before the backward, and its old content cannot leak in.
        var mean = zeros(StatisticsCount, RunningMean.dtype, input.device);
        var variance = zeros(StatisticsCount, RunningMean.dtype, input.device);
        var output = nn.functional.batch_norm(input, mean, variance, weight, bias, training: true, 1.0, Epsilon);
        using (no_grad())
        {
            Sink.Mean.copy_(mean);
            Sink.UnbiasedVariance.copy_(variance);
        }

        return output;
    }

    private static void RequireShape(Tensor input, long channelCount, bool training)
    {
        var shape = input.shape;
        if ((shape.Length != 2 && shape.Length != 4) || shape[1] != channelCount)
        {
            throw new ArgumentException(
                $"Batch normalization of {channelCount} channels takes [N, {channelCount}] or [N, {channelCount}, H, W], "
                + $"not [{string.Join(", ", shape)}].",
                nameof(input));
        }

        var valueCount = shape.Length == 2 ? shape[0] : shape[0] * shape[2] * shape[3];
        if (training && valueCount < 2)
        {
            throw new ArgumentException(
                $"Batch normalization needs more than one value per channel in training, got [{string.Join(", ", shape)}]. "
                + "Use a larger batch (or fewer shards), or evaluation mode.",
                nameof(input));
        }
    }
}
