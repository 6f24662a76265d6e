using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>MMCR: the views of an image span little, the centroids of all images span much.</summary>
internal static class MmcrSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var (backbone, momentumBackbone) = (ResNetGenerator.Create("resnet-9", width: 0.125), ResNetGenerator.Create("resnet-9", width: 0.125));
        var (head, momentumHead) = (Head(backbone.FeatureCount), Head(backbone.FeatureCount));
        MomentumUpdate.Initialize(backbone, momentumBackbone);
        MomentumUpdate.Initialize(head, momentumHead);
        using var criterion = new MMCRLoss(lmda: 0.005);
        var optimizer = optim.SGD(backbone.parameters().Concat(head.parameters()), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new MultiViewCollateFunction(new MMCRTransform(k: 4, inputSize: 32, gaussianBlur: 0));
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                MomentumUpdate.Apply(backbone, momentumBackbone, 0.99);
                MomentumUpdate.Apply(head, momentumHead, 0.99);
                var online = stack(views.Views.Select(view => Embed(backbone, head, view)), 1);
                var momentum = stack(views.Views.Select(view => Embed(momentumBackbone, momentumHead, view)), 1);
                var loss = criterion.call(online, momentum);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }

    private static MMCRProjectionHead Head(long featureCount) => new(featureCount, hiddenDim: 64, outputDim: 32);

    // On the unit sphere, as in the paper: without it the loss has no lower bound.
    private static Tensor Embed(Backbone backbone, MMCRProjectionHead head, Tensor view) =>
        nn.functional.normalize(head.call(backbone.call(view)), p: 2, dim: 1);
}
