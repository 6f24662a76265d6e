using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Stochastic gradient descent with momentum and weight decay on one flat buffer.</summary>
/// <remarks>
/// As PyTorch's SGD: d = g + weightDecay * p; v = momentum * v + d; p = p - learningRate * v. Sutskever et al., "On the importance
/// of initialization and momentum in deep learning", 2013, in PyTorch's form. Three passes over the buffer, in place.
/// </remarks>
internal sealed class SgdOptimizer : FlatOptimizer
{
    public SgdOptimizer(FlatTensors parameters, OptimizerOptions options)
        : base(parameters, options) => AddBuffer("momentum_buffer");

    private protected override void Step(FlatSlice run, Tensor gradient, double learningRate, long step)
    {
        var data = DataOf(run);
        if (DecayOf(run) is > 0 and var decay)
        {
            gradient.add_(data, LastingScalar.Of(decay));
        }

        var velocity = Buffers[0].Buffer.narrow(0, run.Offset, run.Count);
        velocity.mul_(LastingScalar.Of(Options.Momentum)).add_(gradient, LastingScalar.One);
        data.add_(velocity, LastingScalar.Of(-learningRate));
    }
}
