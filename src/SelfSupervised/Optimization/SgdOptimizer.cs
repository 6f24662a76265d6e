using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Stochastic gradient descent with momentum and weight decay on one flat buffer.</summary>
/// <remarks>
/// As PyTorch's SGD: d = g + weightDecay * p; v = momentum * v + d; p = p - learningRate * v. Sutskever et al., "On the importance
/// of initialization and momentum in deep learning", 2013, in PyTorch's form. One pass over the buffer, in place.
/// </remarks>
internal sealed class SgdOptimizer : FlatOptimizer
{
    public SgdOptimizer(FlatTensors parameters, OptimizerOptions options)
        : base(parameters, options) => AddBuffer("momentum_buffer");

    private protected override void Step(FlatSlice run, Tensor gradient, double learningRate, long step) =>
        FusedUpdates.Sgd(DataOf(run), gradient, BufferOf(0, run), learningRate, Options.Momentum, DecayOf(run));
}
