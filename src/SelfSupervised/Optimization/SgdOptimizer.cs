using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Stochastic gradient descent with momentum and weight decay on one flat buffer.</summary>
/// <remarks>
/// As PyTorch's SGD: d = g + weightDecay * p; v = momentum * v + d; p = p - learningRate * v. Sutskever et al., "On the importance
/// of initialization and momentum in deep learning", 2013, in PyTorch's form. Three passes over the buffer, in place.
/// </remarks>
public sealed class SgdOptimizer : IDisposable
{
    private readonly FlatTensors _parameters;
    private readonly double _momentum;
    private readonly double _weightDecay;

    /// <summary>Makes an optimizer whose velocity is zero.</summary>
    /// <param name="parameters">What is trained; borrowed.</param>
    /// <param name="momentum">0 to 1.</param>
    /// <param name="weightDecay">0 or above.</param>
    public SgdOptimizer(FlatTensors parameters, double momentum, double weightDecay)
    {
        _parameters = parameters;
        _momentum = momentum;
        _weightDecay = weightDecay;
        Velocity = zeros_like(parameters.Data).DetachFromDisposeScope();
    }

    /// <summary>The momentum buffer, float32 like the parameters; owned.</summary>
    public Tensor Velocity { get; }

    /// <summary>Changes the parameters. The gradient is used up.</summary>
    public void Step(Tensor gradient, double learningRate)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        gradient.add_(_parameters.Data, _weightDecay);
        Velocity.mul_(_momentum).add_(gradient);
        _parameters.Data.add_(Velocity, -learningRate);
    }

    /// <inheritdoc/>
    public void Dispose() => Velocity.Dispose();
}
