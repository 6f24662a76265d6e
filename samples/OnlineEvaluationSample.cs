using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>Evaluation while it trains: an online linear classifier, alignment and uniformity; then fine-tuning with labels.</summary>
internal static class OnlineEvaluationSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        using var model = new SimCLR(backbone, numFtrs: backbone.FeatureCount, outDim: 32);
        using var criterion = new NTXentLoss(temperature: 0.2);
        var classCount = Enumerable.Range(0, context.Dataset.Count).Max(index => context.Dataset[index].Label) + 1;
        using var online = new LinearClassifier(backbone.FeatureCount, classCount);
        var optimizer = optim.SGD(model.parameters(), 0.06, momentum: 0.9, weight_decay: 5e-4);
        var collate = new BaseCollateFunction(new SimCLRTransform(inputSize: 32, gaussianBlur: 0, minScale: 0.3).Views[0]);
        var loader = new DataLoader(context.Dataset, context.BatchSize, collate, shuffle: true, dropLast: true, seed: 1);
        for (var epoch = 0; epoch < context.Epochs; epoch++)
        {
            foreach (var batch in loader)
            {
                using var scope = NewDisposeScope();
                using var views = batch;
                var ((x0, x1), labels, _) = views;
                var ((z0, f0), (z1, f1)) = model.ForwardWithFeatures(x0, x1);
                var loss = criterion.call(z0, z1);
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
                context.Report(epoch, loss);

                // Features are taken as they are: the classifier learns beside the backbone and never changes it.
                int[] classes = [.. labels.data<long>().Select(label => (int)label)];
                var onlineLoss = online.Step(f0.detach(), classes, learningRate: 0.1);
                var onlineTop1 = TopAccuracy.Of(TopAccuracy.Rank(online.call(f1.detach())), classes, 1);
                var alignment = HypersphereLoss.Alignment(z0.detach(), z1.detach()).item<float>();
                var uniformity = HypersphereLoss.Uniformity(z0.detach()).item<float>();
                context.Output.WriteLine(
                    $"  online: loss {onlineLoss:F3}, top-1 {onlineTop1:P0}; alignment {alignment:F2}, uniformity {uniformity:F2}");
            }
        }

        FineTune(backbone, classCount, loader, context);
        return context.Losses;
    }

    private static void FineTune(Backbone backbone, int classCount, DataLoader loader, SampleContext context)
    {
        // The model above owns the backbone, so the classifier is not disposed.
        var classifier = new FineTuneClassifier(backbone, classCount);
        var optimizer = optim.SGD(classifier.parameters(), 0.05, momentum: 0.9);
        foreach (var batch in loader)
        {
            using var scope = NewDisposeScope();
            using var views = batch;
            var ((images, _), labels, _) = views;
            var loss = classifier.Loss(images, labels);
            optimizer.zero_grad();
            loss.backward();
            optimizer.step();
            context.Report(context.Epochs, loss);
        }
    }
}
