using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>The step between rounds of local SGD: what replicas moved on average is a gradient, followed with Nesterov's momentum.</summary>
/// <remarks>
/// Douillard et al., "DiLoCo: Distributed Low-Communication Training of Language Models", 2023, algorithm 1,
/// https://arxiv.org/abs/2311.08105; Nesterov's form as PyTorch writes it (Sutskever et al., 2013): v = momentum * v + g;
/// p = p - learningRate * (g + momentum * v), with g = p - (mean of the replicas' p). With rate 1 and momentum 0 the result is the mean of
/// the replicas. Four passes over the buffer, in place.
/// </remarks>
internal sealed class OuterOptimizer : IDisposable
{
    private readonly double _learningRate;
    private readonly double _momentum;

    /// <summary>Starts without velocity.</summary>
    /// <param name="length">Number of trained values.</param>
    /// <param name="learningRate">Share of the averaged movement that is taken, above 0.</param>
    /// <param name="momentum">Share of the old velocity, 0 to below 1.</param>
    /// <param name="device">Where the parameters lie.</param>
    public OuterOptimizer(long length, double learningRate, double momentum, Device device)
    {
        _learningRate = learningRate;
        _momentum = momentum;
        Velocity = zeros(length, ScalarType.Float32, device).DetachFromDisposeScope();
    }

    /// <summary>Sum of the movements of earlier rounds, each weighted by the momentum once a round, float32 [length]; owned.</summary>
    public Tensor Velocity { get; }

    /// <summary>Changes the parameters.</summary>
    /// <param name="parameters">Float32 [length], changed in place; borrowed.</param>
    /// <param name="gradient">Parameters minus the mean of the replicas' parameters, float32 [length]; used up.</param>
    public void Step(Tensor parameters, Tensor gradient)
    {
        using var noGrad = no_grad();
        Velocity.mul_(LastingScalar.Of(_momentum)).add_(gradient, LastingScalar.One);
        gradient.add_(Velocity, LastingScalar.Of(_momentum));
        parameters.add_(gradient, LastingScalar.Of(-_learningRate));
    }

    /// <inheritdoc/>
    public void Dispose() => Velocity.Dispose();
}
