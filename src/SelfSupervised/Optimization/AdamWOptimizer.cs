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

    private protected override void Step(FlatSlice run, Tensor gradient, double learningRate, long step) =>
        FusedUpdates.AdamW(DataOf(run), gradient, BufferOf(0, run), BufferOf(1, run), step, learningRate, Options, DecayOf(run));
}
