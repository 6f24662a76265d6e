using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A method whose loss compares pairs of embeddings by a criterion that can be chosen (<c>method.loss</c>).</summary>
/// <remarks>A criterion of rows stays within a shard; one of the batch lets all outputs travel.</remarks>
public abstract class PairTraining : ViewTraining
{
    private readonly PairCriterion _criterion;

    /// <summary>Chooses the criterion.</summary>
    /// <param name="request">What the method is made from.</param>
    /// <param name="loss">The method's own loss.</param>
    protected PairTraining(MethodRequest request, string loss)
        : base(request) => _criterion = PairCriterion.Create(request.Loss.Length > 0 ? request.Loss : loss, request.Parameters);

    /// <inheritdoc/>
    protected sealed override bool HasRowLosses => _criterion.IsRowwise;

    /// <inheritdoc/>
    protected sealed override bool HasBatchLoss => !_criterion.IsRowwise;

    /// <summary>The pairs that are compared; the loss is their mean.</summary>
    protected abstract IReadOnlyList<(Tensor First, Tensor Second)> Pairs(ViewOutputs outputs);

    /// <inheritdoc/>
    protected sealed override Tensor BatchLoss(long step, ViewOutputs batch) => Mean(batch);

    /// <inheritdoc/>
    protected sealed override Tensor RowLosses(long step, ViewOutputs rows) => Mean(rows);

    private Tensor Mean(ViewOutputs outputs)
    {
        var losses = Pairs(outputs).Select(pair => _criterion.Loss(pair.First, pair.Second)).ToArray();
        return losses.Length == 1 ? losses[0] : losses.Aggregate((sum, loss) => sum.Plus(loss)).Over(losses.Length);
    }
}
