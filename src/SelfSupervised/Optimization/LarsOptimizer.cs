using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Layer-wise adaptive rate scaling: every tensor moves by a similar share of its length, for very large batches.</summary>
/// <remarks>
/// Source: You et al., "Large Batch Training of Convolutional Networks", 2017, https://arxiv.org/abs/1708.03888. As lightly's: tensors
/// without weight decay, with a zero gradient or zero values are neither scaled nor decayed (plain SGD); the first velocity is the
/// update itself. Works on views of flat buffers, in place.
/// </remarks>
public sealed class LarsOptimizer : IDisposable
{
    private readonly IReadOnlyList<Tensor> _parameters;
    private readonly Tensor?[] _velocities;
    private readonly LarsOptions _options;

    /// <summary>Makes the optimizer for parameters that share all settings.</summary>
    /// <param name="parameters">What is trained, changed in place; borrowed.</param>
    /// <param name="options">Momentum, weight decay and the rest.</param>
    /// <exception cref="ArgumentOutOfRangeException">A setting is outside its range.</exception>
    /// <exception cref="ArgumentException">Nesterov's form is asked for without momentum or with dampening.</exception>
    public LarsOptimizer(IReadOnlyList<Tensor> parameters, LarsOptions options)
    {
        Require(options.Momentum, "momentum value");
        Require(options.WeightDecay, "weight_decay value");
        if (options.IsNesterov && (options.Momentum == 0 || options.Dampening != 0))
        {
            throw new ArgumentException("Nesterov momentum requires a momentum and zero dampening.", nameof(options));
        }

        _parameters = parameters;
        _options = options;
        _velocities = new Tensor?[parameters.Count];
    }

    /// <summary>The velocity of each parameter, null before its first step or without momentum; owned by the optimizer.</summary>
    public IReadOnlyList<Tensor?> Velocities => _velocities;

    /// <summary>Changes the parameters.</summary>
    /// <param name="gradients">A gradient for each parameter, of its shape; null leaves that parameter alone; borrowed.</param>
    /// <param name="learningRate">0 or more.</param>
    /// <exception cref="ArgumentException">The number of gradients is not that of the parameters.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The learning rate is negative.</exception>
    public void Step(IReadOnlyList<Tensor?> gradients, double learningRate)
    {
        Require(learningRate, "learning rate");
        if (gradients.Count != _parameters.Count)
        {
            throw new ArgumentException($"There are {_parameters.Count} parameters but {gradients.Count} gradients.", nameof(gradients));
        }

        for (var index = 0; index < _parameters.Count; index++)
        {
            if (gradients[index] is { } gradient && !gradient.shape.SequenceEqual(_parameters[index].shape))
            {
                throw new ArgumentException(
                    $"Parameter {index} is [{string.Join(", ", _parameters[index].shape)}], its gradient [{string.Join(", ", gradient.shape)}].",
                    nameof(gradients));
            }
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        for (var index = 0; index < _parameters.Count; index++)
        {
            if (gradients[index] is { } gradient)
            {
                using var part = NewDisposeScope();
                _parameters[index].add_(Direction(index, Update(_parameters[index], gradient)), LastingScalar.Of(-learningRate));
            }
        }
    }

    /// <summary>The update of one tensor before momentum.</summary>
    internal static Tensor Scaled(Tensor parameter, Tensor gradient, double weightDecay, double epsilon, double trustCoefficient)
    {
        if (weightDecay == 0)
        {
            return gradient;
        }

        // Without a branch on values: the device need not be waited for.
        var (length, gradientLength) = (parameter.norm(), gradient.norm());
        var ratio = (length / gradientLength.Plus(length.Times(weightDecay)).Plus(epsilon)).Times(trustCoefficient);
        var isScaled = length.ne(LastingScalar.Of(0)).logical_and(gradientLength.ne(LastingScalar.Of(0)));
        var scale = where(isScaled, ratio, ones_like(ratio));
        var decay = where(isScaled, ratio.Times(weightDecay), zeros_like(ratio));
        return gradient.mul(scale).addcmul_(parameter, decay, LastingScalar.One);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var velocity in _velocities)
        {
            velocity?.Dispose();
        }
    }

    private static void Require(double value, string name)
    {
        if (!(value >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(value), value, $"Invalid {name}: {value}");
        }
    }

    private Tensor Update(Tensor parameter, Tensor gradient) =>
        Scaled(parameter, gradient, _options.WeightDecay, _options.Epsilon, _options.TrustCoefficient);

    private Tensor Direction(int index, Tensor update)
    {
        if (_options.Momentum == 0)
        {
            return update;
        }

        if (_velocities[index] is not { } velocity)
        {
            velocity = update.clone().DetachFromDisposeScope();
            _velocities[index] = velocity;
        }
        else
        {
            velocity.mul_(LastingScalar.Of(_options.Momentum)).add_(update, LastingScalar.Of(1 - _options.Dampening));
        }

        return _options.IsNesterov ? update.Plus(velocity.Times(_options.Momentum)) : velocity;
    }
}
