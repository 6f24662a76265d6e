using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>What does a larger memory bank bring? MoCo with banks of several sizes, everything else equal.</summary>
internal static class BankSizeSample
{
    private static readonly long[] Sizes = [16, 128, 1024, 4096];

    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var results = new List<double>();
        foreach (var size in Sizes)
        {
            var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
            using var model = new MoCo(backbone, numFtrs: backbone.FeatureCount, outDim: 64, m: 0.99, batchShuffle: true);
            ParameterInitializer.Initialize(model, seed: 1);
            MomentumUpdate.Initialize(model.Backbone, model.MomentumBackbone);
            MomentumUpdate.Initialize(model.ProjectionHead, model.MomentumProjectionHead);
            var loss = Train(model, size, context);

            using var scope = NewDisposeScope();
            var (features_NF, labels) = LinearEvaluationSample.Embed(backbone, context.Dataset);
            var bankCount = labels.Length * 4 / 5;
            var accuracy = NearestNeighbours.Accuracy(
                features_NF.narrow(0, 0, bankCount),
                labels[..bankCount],
                features_NF.narrow(0, bankCount, labels.Length - bankCount),
                labels[bankCount..],
                Math.Min(200, bankCount / 10),
                0.1);
            context.Output.WriteLine($"bank of {size,5}: last loss {loss:F3}, nearest neighbours {accuracy:P1}");
            results.Add(accuracy);
        }

        return results;
    }

    private static double Train(MoCo model, long size, SampleContext context)
    {
        using var criterion = new NTXentLoss(temperature: 0.1, memoryBankSize: size, memoryBankDimension: 64);
        var optimizer = optim.SGD(model.parameters().Where(parameter => parameter.requires_grad), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new MoCoCollateFunction(inputSize: 32);
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        var last = double.NaN;
        foreach (var batch in Enumerable.Range(0, context.Epochs).SelectMany(_ => loader))
        {
            using var scope = NewDisposeScope();
            using var views = batch;
            var ((x0, x1), _, _) = views;
            var (query, key) = model.forward(x0, x1);
            var loss = criterion.call(query, key);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            last = loss.item<float>();
        }

        return last;
    }
}
