using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models.Heads;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>TiCo on the fleet: views agree with a momentum network while the covariance of all batches so far stays spread out.</summary>
/// <remarks>
/// Zhu et al., "TiCo: Transformation Invariance and Covariance Contrast for Self-Supervised Visual Representation Learning", 2022,
/// https://arxiv.org/abs/2206.10698. The covariance is that of the global batch, once a step. Parameters: hiddenDim, outDim, beta, rho,
/// momentum, momentumCosine.
/// </remarks>
public sealed class TiCoTraining : ViewTraining
{
    private readonly TiCoProjectionHead _projection;
    private readonly TiCoProjectionHead _momentumProjection;
    private readonly Tensor _covariance_DD;
    private readonly (double Beta, double Rho) _weights;
    private Tensor? _updated_DD;

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    public TiCoTraining(MethodRequest request)
        : base(request)
    {
        var parameters = request.Parameters;
        var (hidden, length) = (parameters.Integer("hiddenDim", 4096), parameters.Integer("outDim", 256));
        _weights = (parameters.Number("beta", TiCoLoss.DefaultBeta), parameters.Number("rho", TiCoLoss.DefaultRho));
        OutputLengths = [length];
        _projection = new(Backbone.FeatureCount, hidden, length);
        _momentumProjection = new(Backbone.FeatureCount, hidden, length);
        Complete([("projection_head", _projection)], [("projection_head", _momentumProjection)]);
        _covariance_DD = zeros([length, length], Options.ElementType, Options.Device).DetachFromDisposeScope();
        AddBuffer("criterion.C", _covariance_DD);
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> EncodedViews => [0];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> TargetViews => [1];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> RegularizedViews => [0, 1];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected override bool HasRowLosses => true;

    /// <inheritdoc/>
    protected override bool Travels(int view, int slot) => true;

    /// <inheritdoc/>
    protected override Tensor[] Encode(int view, Tensor images) => [_projection.forward(Backbone.forward(images))];

    /// <inheritdoc/>
    protected override Tensor[] EncodeTarget(int view, Tensor images) => [_momentumProjection.forward(MomentumBackbone!.forward(images))];

    /// <inheritdoc/>
    protected override void Prepare(long step, ViewOutputs batch) =>
        Hold(ref _updated_DD, TiCoLoss.UpdatedCovariance(_covariance_DD, batch.Trained(0).detach(), _weights.Beta));

    /// <inheritdoc/>
    protected override Tensor RowLosses(long step, ViewOutputs rows) =>
        TiCoLoss.RowLosses(rows.Trained(0), rows.Target(1), _updated_DD!, _weights.Rho);

    /// <inheritdoc/>
    protected override IReadOnlyList<Tensor> RegularizedEmbeddings(ViewOutputs batch) => [batch.Trained(0), batch.Target(1)];

    /// <inheritdoc/>
    protected override void ApplyRest(long step, Tensor moments)
    {
        base.ApplyRest(step, moments);
        _covariance_DD.copy_(_updated_DD!);
    }

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => _projection.forward(features);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _covariance_DD.Dispose();
        _updated_DD?.Dispose();
    }
}
