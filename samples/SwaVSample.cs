using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>SwaV: from the scores of one crop predict to which prototypes another crop was assigned.</summary>
internal static class SwaVSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new SwaV(backbone, numFtrs: backbone.FeatureCount, hiddenDim: 64, outDim: 32, nPrototypes: 24);
        using var criterion = new SwaVLoss(temperature: 0.1, sinkhornIterations: 3, sinkhornEpsilon: 0.05);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new SwaVCollateFunction(cropSizes: [32, 16], cropCounts: [2, 2], gaussianBlur: 0);
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                model.Prototypes.Normalize();
                var scores = model.forward(views.Views);
                var loss = criterion.forward([.. scores.Take(2)], [.. scores.Skip(2)]);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }
}
