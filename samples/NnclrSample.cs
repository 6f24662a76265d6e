using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>NNCLR: the positive of a view is the nearest earlier neighbour of the other view.</summary>
internal static class NnclrSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new NNCLR(backbone, numFtrs: backbone.FeatureCount, projHiddenDim: 64, predHiddenDim: 64, outDim: 32);
        using var neighbours = new NNMemoryBankModule(size: 512, dimension: 32);
        using var criterion = new NTXentLoss(temperature: 0.5);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new SimCLRCollateFunction(inputSize: 32, gaussianBlur: 0);
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                var ((x0, x1), _, _) = views;
                var ((z0, p0), (z1, p1)) = model.forward(x0, x1);
                var near0 = neighbours.forward(z0, update: false);
                var near1 = neighbours.forward(z1, update: true);
                var loss = (criterion.call(near0, p1) + criterion.call(near1, p0)) / 2;
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }
}
