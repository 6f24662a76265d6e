using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>DINO on the fleet: all crops predict what a momentum network makes of the two large ones.</summary>
/// <remarks>
/// Caron et al., "Emerging Properties in Self-Supervised Vision Transformers", 2021, https://arxiv.org/abs/2104.14294. The centre is the
/// mean over all rows of the global batch: only its sums travel. The loss reads the centre of state s. Parameters: hiddenDim,
/// bottleneckDim, outDim, batchNorm, normLastLayer, freezeLastLayer (epochs), warmupTeacherTemp, teacherTemp, warmupTeacherTempEpochs,
/// studentTemp, centerMomentum, momentum, momentumCosine. Regularizers look at the backbone's features of the large crops.
/// </remarks>
public sealed class DINOTraining : ViewTraining
{
    private const int Scores = 1;

    private readonly DINOProjectionHead _projection;
    private readonly DINOProjectionHead _momentumProjection;
    private readonly Tensor _center_K;
    private readonly DINOLoss _temperatures;

    /// <summary>Draws state 0.</summary>
    /// <param name="request">What the method is made from.</param>
    /// <exception cref="ArgumentException">The transforms make fewer than two views.</exception>
    public DINOTraining(MethodRequest request)
        : base(request)
    {
        ViewChecks.RequireCount(request.ViewCount, 2, "DINO");
        var parameters = request.Parameters;
        OutputLengths = [(int)Backbone.FeatureCount, parameters.Integer("outDim", 2048)];
        _temperatures = new(
            1,
            parameters.Number("warmupTeacherTemp", DINOLoss.DefaultTeacherTemperature),
            parameters.Number("teacherTemp", DINOLoss.DefaultTeacherTemperature),
            parameters.Integer("warmupTeacherTempEpochs", 30));
        _projection = MakeHead();
        _momentumProjection = MakeHead();
        Complete([("projection_head", _projection)], [("projection_head", _momentumProjection)]);
        _center_K = zeros([MomentLength], Options.ElementType, Options.Device).DetachFromDisposeScope();
        AddBuffer("criterion.center", _center_K);
    }

    /// <inheritdoc/>
    protected override int MomentLength => OutputLengths[Scores];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> EncodedViews => [.. Enumerable.Range(0, Request.ViewCount)];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> TargetViews => [0, 1];

    /// <inheritdoc/>
    protected override IReadOnlyList<int> OutputLengths { get; }

    /// <inheritdoc/>
    protected override IReadOnlyList<int> TargetLengths => [OutputLengths[Scores]];

    /// <inheritdoc/>
    protected override bool HasRowLosses => true;

    /// <inheritdoc/>
    protected override Tensor[] Encode(int view, Tensor images)
    {
        var features_MF = Backbone.forward(images);
        return [features_MF, _projection.forward(features_MF)];
    }

    /// <inheritdoc/>
    protected override Tensor[] EncodeTarget(int view, Tensor images) => [_momentumProjection.forward(MomentumBackbone!.forward(images))];

    /// <inheritdoc/>
    protected override Tensor RowLosses(long step, ViewOutputs rows) => DINOLoss.ViewLosses(
        [rows.Target(0), rows.Target(1)],
        [.. EncodedViews.Select(view => rows.Trained(view, Scores))],
        _center_K,
        _temperatures.TeacherTemperature((int)Options.EpochOf(step)),
        Request.Parameters.Number("studentTemp", DINOLoss.DefaultStudentTemperature));

    /// <inheritdoc/>
    protected override Tensor Moments(ViewOutputs rows) => rows.Target(0).Plus(rows.Target(1)).sum(0);

    /// <inheritdoc/>
    protected override void ApplyRest(long step, Tensor moments)
    {
        base.ApplyRest(step, moments);
        var momentum = Request.Parameters.Number("centerMomentum", DINOLoss.DefaultCenterMomentum);
        _center_K.copy_(DINOLoss.UpdatedCenter(_center_K, moments.Over(2.0 * Options.BatchSize), momentum));
    }

    /// <inheritdoc/>
    protected override long FrozenStepsOf(string name) => name.StartsWith("projection_head.last_layer.", StringComparison.Ordinal)
        ? Request.Parameters.Integer("freezeLastLayer", 1) * Options.StepsPerEpoch
        : 0;

    /// <inheritdoc/>
    protected override Tensor Project(Tensor features) => _projection.forward(features);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _center_K.Dispose();
        _temperatures.Dispose();
    }

    private DINOProjectionHead MakeHead() => new(
        Backbone.FeatureCount,
        Request.Parameters.Integer("hiddenDim", 2048),
        Request.Parameters.Integer("bottleneckDim", 256),
        MomentLength,
        Request.Parameters.Switch("batchNorm", standard: false),
        normLastLayer: Request.Parameters.Switch("normLastLayer", standard: true));
}
