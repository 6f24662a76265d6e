using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.SelfSupervised.Schedules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>A linear map from frozen features to class scores: how much of the classes can be read off the features.</summary>
/// <remarks>
/// Trained on the features of a finished backbone (<see cref="Train"/>), or beside its training one batch at a time
/// (<see cref="Step"/>); the features are constants, so the backbone never notices. It starts at zero; the gradient of the
/// cross-entropy is written out: (softmax - one-hot) times features. Keys: <c>weight</c> [C, F], <c>bias</c> [C].
/// </remarks>
public sealed class LinearClassifier : RegisteredModule
{
    private readonly double _momentum;

    /// <summary>Makes a classifier that gives all classes the same score.</summary>
    /// <param name="featureCount">F, at least 1.</param>
    /// <param name="classCount">C, at least 1.</param>
    /// <param name="momentum">Share of the old velocity, 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LinearClassifier(long featureCount, long classCount, double momentum = 0.9)
        : base(nameof(LinearClassifier))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(classCount, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(momentum, 1);
        _momentum = momentum;
        RegisterOwnedParameter("weight", zeros([classCount, featureCount], float32));
        RegisterOwnedParameter("bias", zeros(classCount, float32));
        RegisterOwnedBuffer("weight_velocity", zeros([classCount, featureCount], float32));
        RegisterOwnedBuffer("bias_velocity", zeros(classCount, float32));
    }

    private Tensor Weight => OwnParameter("weight")!;

    private Tensor Bias => OwnParameter("bias")!;

    /// <summary>Trains a classifier on features.</summary>
    /// <param name="features">Features, floating point [N, F]; borrowed.</param>
    /// <param name="labels">Their classes, 0 to classCount - 1.</param>
    /// <param name="classCount">C, at least 1.</param>
    /// <param name="options">Epochs, batch size and the rest; null means the defaults.</param>
    /// <returns>The classifier on the features' device; owned by the caller.</returns>
    /// <exception cref="ArgumentException">Features and labels do not fit.</exception>
    public static LinearClassifier Train(
        Tensor features, IReadOnlyList<int> labels, int classCount, LinearClassifierOptions? options = null)
    {
        options ??= new LinearClassifierOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(options.Epochs);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.BatchSize, 1);
        if (!double.IsFinite(options.LearningRate) || options.LearningRate < 0)
        {
            throw new ArgumentException($"LearningRate is {options.LearningRate}; allowed is 0 or more.", nameof(options));
        }

        if (features.shape.Length != 2 || features.shape[0] < 1)
        {
            throw new ArgumentException($"Features must be [N, F], not [{string.Join(", ", features.shape)}].", nameof(features));
        }

        if (labels.Count != features.shape[0])
        {
            throw new ArgumentException($"There are {features.shape[0]} features but {labels.Count} labels.", nameof(labels));
        }

        var classifier = new LinearClassifier(features.shape[1], classCount, options.Momentum);
        classifier._to(features.device, features.dtype, non_blocking: false);
        var count = (int)features.shape[0];
        var batchSize = Math.Min(options.BatchSize, count);
        var stepsPerEpoch = count / batchSize;
        for (var step = 0L; step < (long)options.Epochs * stepsPerEpoch; step++)
        {
            using var scope = NewDisposeScope();
            var (epoch, position) = (step / stepsPerEpoch, step % stepsPerEpoch * batchSize);
            var order = new SamplePermutation(options.Seed, epoch, count);
            var rows = Enumerable.Range(0, batchSize).Select(index => order[position + index]).ToArray();
            var rate = options.LearningRate * batchSize / 256
                * CosineSchedule.At(step, (long)options.Epochs * stepsPerEpoch, 1, 0);
            classifier.Step(
                features.index_select(0, tensor(rows, device: features.device)), [.. rows.Select(row => labels[(int)row])], rate);
        }

        return classifier;
    }

    /// <summary>Gives the class scores.</summary>
    /// <param name="input">Features, floating point [N, F]; borrowed.</param>
    /// <returns>Scores, [N, C]; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit.</exception>
    public override Tensor forward(Tensor input)
    {
        RequireFeatures(input);
        return nn.functional.linear(input, Weight, Bias);
    }

    /// <summary>Learns from one batch.</summary>
    /// <param name="features">Features, floating point [N, F], taken as constants; borrowed.</param>
    /// <param name="labels">Their classes, 0 to C - 1.</param>
    /// <param name="learningRate">0 or more.</param>
    /// <returns>The mean cross-entropy before the update.</returns>
    /// <exception cref="ArgumentException">Features and labels do not fit.</exception>
    public double Step(Tensor features, IReadOnlyList<int> labels, double learningRate)
    {
        RequireFeatures(features);
        if (labels.Count != features.shape[0] || labels.Any(label => label < 0 || label >= Weight.shape[0]))
        {
            throw new ArgumentException(
                $"{features.shape[0]} features need as many labels from 0 to {Weight.shape[0] - 1}.", nameof(labels));
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var features_NF = features.detach();
        var labels_N = tensor(labels.Select(label => (long)label).ToArray(), device: features.device);
        var logarithms_NC = nn.functional.log_softmax(nn.functional.linear(features_NF, Weight, Bias), 1);
        var oneHot_NC = nn.functional.one_hot(labels_N, Weight.shape[0]).to(features.dtype);
        var error_NC = (logarithms_NC.exp() - oneHot_NC).Over(labels.Count);
        Update(Weight, OwnBuffer("weight_velocity"), mm(error_NC.t(), features_NF), learningRate);
        Update(Bias, OwnBuffer("bias_velocity"), error_NC.sum(0L), learningRate);
        return (logarithms_NC * oneHot_NC).sum().Over(-labels.Count).to(float64).item<double>();
    }

    private void Update(Tensor parameter, Tensor velocity, Tensor gradient, double learningRate)
    {
        velocity.mul_(LastingScalar.Of(_momentum)).add_(gradient, LastingScalar.One);
        parameter.add_(velocity, LastingScalar.Of(-learningRate));
    }

    private void RequireFeatures(Tensor features)
    {
        if (features.shape.Length != 2 || features.shape[0] < 1 || features.shape[1] != Weight.shape[1])
        {
            throw new ArgumentException(
                $"The classifier takes features [N, {Weight.shape[1]}], not [{string.Join(", ", features.shape)}].", nameof(features));
        }
    }
}
