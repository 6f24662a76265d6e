using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Schedules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>The slow copy of the first trained modules: it follows them once a step, after the optimizer.</summary>
/// <param name="parameters">Its parameters in one buffer, laid out as the first trained ones.</param>
/// <param name="start">Share of the old copy in the first step, 0 to 1.</param>
/// <param name="isRising">Whether that share rises to 1 in the last step, by half a cosine.</param>
internal sealed class MomentumNetwork(FlatTensors parameters, double start, bool isRising)
{
    /// <summary>Starts as the trained parameters are.</summary>
    public void Start(FlatTensors trained)
    {
        using var noGrad = no_grad();
        using var own = trained.Data.narrow(0, 0, parameters.Length);
        parameters.Data.copy_(own);
    }

    /// <summary>Follows: new = m * old + (1 - m) * trained, in one pass over the buffers.</summary>
    public void Follow(FlatTensors trained, long step, long stepsTotal)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var momentum = isRising ? CosineSchedule.At(Math.Min(step, stepsTotal), stepsTotal, start, 1) : start;
        FusedUpdates.Follow(parameters.Data, trained.Data.narrow(0, 0, parameters.Length), 1 - momentum);
    }
}
