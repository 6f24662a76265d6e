using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>A short training with SimCLR, for the samples that need a trained backbone.</summary>
internal static class Pretraining
{
    /// <summary>Trains a backbone in place.</summary>
    public static void Run(Backbone backbone, SampleContext context, InvarianceGroups groups = InvarianceGroups.All)
    {
        // The head is thrown away; the model would take the backbone with it, so it is not disposed.
        var model = new SimCLR(backbone, numFtrs: backbone.FeatureCount, outDim: 32);
        var view = new SimCLRTransform(inputSize: 32, gaussianBlur: 0, minScale: 0.3).Views[0].WithInvariances(groups);
        var loader = new DataLoader(
            context.Dataset, context.BatchSize, new BaseCollateFunction(view), shuffle: true, dropLast: true, seed: 1);
        using var criterion = new NTXentLoss(temperature: 0.2);
        var optimizer = optim.SGD(model.parameters(), 0.06, momentum: 0.9, weight_decay: 5e-4);
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
    }
}
