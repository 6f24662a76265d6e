using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>FastSiam: SimSiam whose target is the mean of several views, which makes small batches work.</summary>
internal static class FastSiamSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new FastSiam(backbone, numFtrs: backbone.FeatureCount, projHiddenDim: 64, predHiddenDim: 16, outDim: 64);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new MultiViewCollateFunction(new FastSiamTransform(numViews: 4, inputSize: 32, gaussianBlur: 0));
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                var outputs = model.forward(views.Views);
                var loss = FastSiam.RowLosses(outputs).mean();
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }
}
