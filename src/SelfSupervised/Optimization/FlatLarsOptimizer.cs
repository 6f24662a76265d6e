using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>LARS on one flat buffer: the rule of <see cref="LarsOptimizer"/>, tensor by tensor.</summary>
/// <remarks>Tensors without weight decay (norms and biases) move as in plain SGD with momentum, as in lightly.</remarks>
internal sealed class FlatLarsOptimizer : FlatOptimizer
{
    public FlatLarsOptimizer(FlatTensors parameters, OptimizerOptions options)
        : base(parameters, options) => AddBuffer("momentum_buffer");

    private protected override IEnumerable<FlatSlice> Runs() => Parameters.Slices;

    private protected override void Step(FlatSlice run, Tensor gradient, double learningRate, long step)
    {
        var data = DataOf(run);
        var update = LarsOptimizer.Scaled(data, gradient, DecayOf(run), Options.Epsilon, Options.TrustCoefficient);
        FusedUpdates.Sgd(data, update, BufferOf(0, run), learningRate, Options.Momentum, decay: 0);
    }
}
