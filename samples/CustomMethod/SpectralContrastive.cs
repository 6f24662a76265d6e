using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.CustomMethod;

/// <summary>
/// A method of one's own in a single file: the spectral contrastive loss of HaoChen et al., "Provable Guarantees for Self-Supervised
/// Deep Learning with Spectral Contrastive Loss", 2021, https://arxiv.org/abs/2106.04156. Pairs attract each other, and the squares of
/// all other similarities of the global batch are small.
/// </summary>
/// <remarks>
/// <code>
/// dotnet build samples/CustomMethod -c Release
/// LIGHTLY_PLUGINS=artifacts/bin/CustomMethod/release ./lightly train --data photos --out run-1 --method spectral-contrastive \
///   --set method.plugin=LightlyCluster.CustomMethod.dll --set method.parameters.weight=1 --workers 2
/// </code>
/// </remarks>
public sealed class SpectralContrastive : MethodPlugin
{
    /// <inheritdoc/>
    public override string Name => "spectral-contrastive";

    /// <inheritdoc/>
    public override IReadOnlyList<PluginParameter> Parameters =>
    [
        new("outDim", 64, 2, 65536, "Dimensions of the embeddings."),
        new("weight", 1, 0, 100, "Weight of the similarities of different images."),
    ];

    /// <inheritdoc/>
    public override TrainingMethod Create(MethodRequest request) => new Training(request);

    private sealed class Training : ViewTraining
    {
        private readonly SimCLRProjectionHead _head;

        public Training(MethodRequest request)
            : base(request)
        {
            var length = request.Parameters.Integer("outDim", 64);
            OutputLengths = [length];
            _head = new(Backbone.FeatureCount, Backbone.FeatureCount, length);
            Complete([("projection_head", _head)]);
        }

        protected override IReadOnlyList<int> OutputLengths { get; }

        protected override bool HasBatchLoss => true;

        protected override Tensor[] Encode(int view, Tensor images) => [Project(Backbone.forward(images))];

        protected override Tensor BatchLoss(long step, ViewOutputs batch)
        {
            var (first_BD, second_BD) = (batch.Trained(0), batch.Trained(1));
            var count = batch.RowCount;
            var attraction = (first_BD * second_BD).sum().Times(-2.0 / count);
            var similarities_BB = mm(first_BD, second_BD.t());
            var others_BB = similarities_BB.masked_fill(eye(count, dtype: @bool, device: first_BD.device), LastingScalar.Of(0));
            var spread = others_BB.ToThe(2).sum().Over((double)count * (count - 1));
            return attraction.Plus(spread.Times(Request.Parameters.Number("weight", 1)));
        }

        protected override Tensor Project(Tensor features) => nn.functional.normalize(_head.forward(features), p: 2, dim: 1);
    }
}
