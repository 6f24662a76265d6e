using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Adam with decoupled weight decay on one flat buffer.</summary>
/// <remarks>
/// Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, algorithm 2, https://arxiv.org/abs/1711.05101, with the
/// operations of PyTorch's AdamW. The correction of the bias counts from the first step in which a parameter is not frozen.
/// </remarks>
internal sealed class AdamWOptimizer : FlatOptimizer
{
    public AdamWOptimizer(FlatTensors parameters, OptimizerOptions options)
        : base(parameters, options)
    {
        AddBuffer("exp_avg");
        AddBuffer("exp_avg_sq");
    }

    private protected override void Step(FlatSlice run, Tensor gradient, double learningRate, long step)
    {
        var data = DataOf(run);
        if (DecayOf(run) is > 0 and var decay)
        {
            data.mul_(LastingScalar.Of(1 - (learningRate * decay)));
        }

        var mean = Buffers[0].Buffer.narrow(0, run.Offset, run.Count);
        var square = Buffers[1].Buffer.narrow(0, run.Offset, run.Count);
        mean.mul_(LastingScalar.Of(Options.Beta1)).add_(gradient, LastingScalar.Of(1 - Options.Beta1));
        square.mul_(LastingScalar.Of(Options.Beta2)).addcmul_(gradient, gradient, LastingScalar.Of(1 - Options.Beta2));
        var correction1 = 1 - Math.Pow(Options.Beta1, step + 1);
        var correction2 = Math.Sqrt(1 - Math.Pow(Options.Beta2, step + 1));
        var divisor = square.sqrt().div_(LastingScalar.Of(correction2)).add_(LastingScalar.Of(Options.Epsilon), LastingScalar.One);
        data.addcdiv_(mean, divisor, LastingScalar.Of(-learningRate / correction1));
    }
}
