using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Losses;

/// <summary>The loss of SwaV: predict the prototype assignment of one view from the scores of every other view.</summary>
/// <remarks>
/// Assignments come from the high-resolution views and are balanced over the whole batch. Source: Caron et al., "Unsupervised
/// Learning of Visual Features by Contrasting Cluster Assignments", 2020, equations 1 to 6, https://arxiv.org/abs/2006.09882.
/// Values equal lightly's; the result is a scalar where lightly's has shape [1].
/// </remarks>
public sealed class SwaVLoss : nn.Module<IReadOnlyList<Tensor>, IReadOnlyList<Tensor>, IReadOnlyList<Tensor>?, Tensor>
{
    /// <summary>Temperature unless another one is given.</summary>
    public const double DefaultTemperature = 0.1;

    private readonly double _temperature;
    private readonly int _iterations;
    private readonly double _epsilon;

    /// <summary>Makes the loss.</summary>
    /// <param name="temperature">Divisor of the scores in the predictions; not within 1e-8 of 0.</param>
    /// <param name="sinkhornIterations">Number of iterations of the balancing, 0 or more.</param>
    /// <param name="sinkhornEpsilon">Divisor of the scores in the assignments; positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SwaVLoss(
        double temperature = DefaultTemperature,
        int sinkhornIterations = Sinkhorn.DefaultIterations,
        double sinkhornEpsilon = Sinkhorn.DefaultEpsilon)
        : base(nameof(SwaVLoss))
    {
        LossInputs.RequireTemperature(temperature);
        ArgumentOutOfRangeException.ThrowIfNegative(sinkhornIterations);
        LossInputs.RequireTemperature(sinkhornEpsilon);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sinkhornEpsilon);
        _temperature = temperature;
        _iterations = sinkhornIterations;
        _epsilon = sinkhornEpsilon;
    }

    /// <summary>Computes the loss of a batch.</summary>
    /// <param name="highResolutionOutputs">
    /// Scores of the views that are assigned, each floating point [N, K], at least one; borrowed.
    /// </param>
    /// <param name="lowResolutionOutputs">Scores of the other views, each [N, K], may be empty; borrowed.</param>
    /// <param name="queueOutputs">For each assigned view, scores of earlier images, [Q, K]; null means none; borrowed.</param>
    /// <returns>The mean loss, [], differentiable in the scores; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is only one view.</exception>
    public override Tensor forward(
        IReadOnlyList<Tensor> highResolutionOutputs,
        IReadOnlyList<Tensor> lowResolutionOutputs,
        IReadOnlyList<Tensor>? queueOutputs) =>
        BatchLoss(highResolutionOutputs, lowResolutionOutputs, queueOutputs, _temperature, _iterations, _epsilon);

    /// <summary>Computes the loss of a batch without a queue.</summary>
    /// <param name="highResolutionOutputs">
    /// Scores of the views that are assigned, each floating point [N, K], at least one; borrowed.
    /// </param>
    /// <param name="lowResolutionOutputs">Scores of the other views, each [N, K], may be empty; borrowed.</param>
    /// <returns>The mean loss, [], differentiable in the scores; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is only one view.</exception>
    public Tensor forward(IReadOnlyList<Tensor> highResolutionOutputs, IReadOnlyList<Tensor> lowResolutionOutputs) =>
        forward(highResolutionOutputs, lowResolutionOutputs, queueOutputs: null);

    /// <summary>The loss of a whole batch.</summary>
    /// <param name="high">Scores of the views that are assigned, each floating point [B, K], at least one; borrowed.</param>
    /// <param name="low">Scores of the other views, each [B, K], may be empty; borrowed.</param>
    /// <param name="queue">For each assigned view, scores of earlier images, [Q, K]; null means none; borrowed.</param>
    /// <param name="temperature">Divisor of the scores in the predictions; not within 1e-8 of 0.</param>
    /// <param name="iterations">Number of iterations of the balancing, 0 or more.</param>
    /// <param name="epsilon">Divisor of the scores in the assignments; positive.</param>
    /// <returns>The mean loss, [], differentiable in the scores; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit, or there is only one view.</exception>
    public static Tensor BatchLoss(
        IReadOnlyList<Tensor> high,
        IReadOnlyList<Tensor> low,
        IReadOnlyList<Tensor>? queue = null,
        double temperature = DefaultTemperature,
        int iterations = Sinkhorn.DefaultIterations,
        double epsilon = Sinkhorn.DefaultEpsilon)
    {
        using var scope = NewDisposeScope();
        LossInputs.RequireTemperature(temperature);
        RequireScores(high, low, queue);
        Tensor[] views = [.. high, .. low];
        var predictions = views.Select(view => nn.functional.log_softmax(view.Over(temperature), 1)).ToArray();
        var total = high[0].new_zeros(1).squeeze();
        for (var assigned = 0; assigned < high.Count; assigned++)
        {
            var scores = queue is null ? high[assigned] : cat([high[assigned].detach(), queue[assigned].detach()], 0);
            var shares_BK = Sinkhorn.Assign(scores, iterations, epsilon).narrow(0, 0, high[assigned].shape[0]);
            for (var view = 0; view < views.Length; view++)
            {
                if (view != assigned)
                {
                    total -= (shares_BK * predictions[view]).sum(1).mean();
                }
            }
        }

        return total.Over((views.Length - 1) * high.Count).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    private static void RequireScores(IReadOnlyList<Tensor> high, IReadOnlyList<Tensor> low, IReadOnlyList<Tensor>? queue)
    {
        if (high.Count == 0 || high.Count + low.Count < 2)
        {
            throw new ArgumentException(
                $"SwaV needs at least two views, one of them of high resolution, but got {high.Count} and {low.Count}.", nameof(high));
        }

        LossInputs.RequireViews(high, high[0].shape, "high-resolution");
        LossInputs.RequireViews(low, high[0].shape, "low-resolution");
        foreach (var scores in (queue ?? []).Concat(low))
        {
            LossInputs.RequireSameNumbers(high[0], scores);
        }

        if (queue is null)
        {
            return;
        }

        if (queue.Count != high.Count)
        {
            throw new ArgumentException($"There are {high.Count} assigned views but {queue.Count} queues.", nameof(queue));
        }

        foreach (var scores in queue)
        {
            LossInputs.RequireBank(high[0], scores);
        }
    }
}
