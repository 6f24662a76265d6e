using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>MoCo: a view finds the slow encoder's key of its image among the keys of a memory bank.</summary>
internal static class MoCoSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new MoCo(backbone, numFtrs: backbone.FeatureCount, outDim: 32, m: 0.99, batchShuffle: true);
        using var criterion = new NTXentLoss(temperature: 0.1, memoryBankSize: 4096, memoryBankDimension: 32);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new MoCoCollateFunction(inputSize: 32);
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                var ((x0, x1), _, _) = views;
                // The symmetric loss: each view is query once and key once; both calls write their keys into the bank.
                var (query0, key1) = model.forward(x0, x1);
                var (query1, key0) = model.forward(x1, x0);
                var loss = (criterion.call(query0, key1) + criterion.call(query1, key0)) / 2;
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);
            }
        }

        return context.Losses;
    }
}
