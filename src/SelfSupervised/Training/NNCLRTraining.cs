using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>NNCLR on the fleet: the positive of a view is the nearest neighbour of the other one in a bank of earlier projections.</summary>
/// <remarks>
/// Dwibedi et al., "With a Little Help from My Friends", 2021, https://arxiv.org/abs/2104.14548. Both directions look into the bank of
/// the same state; then the projections of view 1 are appended, as in lightly. Negatives are all predictions of the global batch.
/// Parameters: projHiddenDim, predHiddenDim, outDim, memoryBankSize, and those of the loss.
/// </remarks>
public sealed class NNCLRTraining : PairTraining
{
    private readonly NNCLRProjectionHead _projection;
    private readonly NNCLRPredictionHead _prediction;
    private readonly RowQueue _bank;
    private readonly Tensor?[] _neighbours_BD = new Tensor?[2];
    private Tensor? _keys_BD;

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public NNCLRTraining(MethodRequest request)
        : base(request, PairCriterion.NTXent)
    {
        var parameters = request.Parameters;
        var length = parameters.Integer("outDim", 256);
        OutputLengths = [length, length];
        _projection = new(Backbone.FeatureCount, parameters.Integer("projHiddenDim", 2048), length);
        _prediction = new(length, parameters.Integer("predHiddenDim", 4096), length);
        Complete([("projection_mlp", _projection), ("prediction_mlp", _prediction)]);
        _bank = new(Options, "memory_bank", parameters.Integer("memoryBankSize", 4096), length, Options.BatchSize);
        AddQueue(_bank);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected override bool Travels(int view, int slot) => slot == 0 || HasBatchLoss;

    /// <inheritdoc/>
    protected override Tensor[] Encode(int view, Tensor images)
    {
        var projections_MD = _projection.forward(Backbone.forward(images));
        return [projections_MD, _prediction.forward(projections_MD)];
    }

    /// <inheritdoc/>
    protected override void Prepare(long step, ViewOutputs batch)
    {
        for (var view = 0; view < 2; view++)
        {
            Hold(ref _neighbours_BD[view], MemoryBank.NearestRows(batch.Trained(view).detach(), _bank.Rows));
        }

        Hold(ref _keys_BD, batch.Trained(1).detach().clone());
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<(Tensor First, Tensor Second)> Pairs(ViewOutputs outputs) =>
    [
        (outputs.Trained(1, 1), outputs.RowsOf(_neighbours_BD[0]!)), (outputs.Trained(0, 1), outputs.RowsOf(_neighbours_BD[1]!)),
    ];

    /// <inheritdoc/>
    protected override void ApplyRest(long step, Tensor moments) => _bank.Append(_keys_BD!);

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => _projection.forward(features);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _bank.Dispose();
        _keys_BD?.Dispose();
        Array.ForEach(_neighbours_BD, neighbours => neighbours?.Dispose());
    }
}
