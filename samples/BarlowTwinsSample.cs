using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>Barlow Twins: the cross-correlation of both views' embeddings should be the identity matrix.</summary>
internal static class BarlowTwinsSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new BarlowTwins(backbone, numFtrs: backbone.FeatureCount, projHiddenDim: 128, outDim: 128);
        using var criterion = new BarlowTwinsLoss(lambdaParam: 5e-3);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.01, momentum: 0.9, weight_decay: 5e-4);
        var collate = new MultiViewCollateFunction(new BYOLTransform(new BYOLView1Transform(inputSize: 32), new BYOLView2Transform(inputSize: 32)));
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                var ((x0, x1), _, _) = views;
                var (out0, out1) = model.forward(x0, x1);
                var loss = criterion.call(out0, out1);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }
}
