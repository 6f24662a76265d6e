using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>How good is a backbone? Nearest neighbours, a linear classifier on frozen features, and whether it has collapsed.</summary>
internal static class LinearEvaluationSample
{
    public static IReadOnlyList<double> Run(SampleContext context)
    {
        // Train first: this backbone stays untrained where the number of epochs is 0.
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        Pretraining.Run(backbone, context);

        var (features_NF, labels) = Embed(backbone, context.Dataset);
        using var ownedFeatures = features_NF;
        var classCount = labels.Max() + 1;
        var bankCount = labels.Length * 4 / 5;
        using var scope = NewDisposeScope();
        var bank_MF = features_NF.narrow(0, 0, bankCount);
        var queries_QF = features_NF.narrow(0, bankCount, labels.Length - bankCount);

        var nearest = NearestNeighbours.Predict(bank_MF, labels[..bankCount], queries_QF, classCount, 20, 0.1);
        context.Output.WriteLine($"nearest neighbours: {TopAccuracy.Of(nearest, labels[bankCount..], 1):P1}");

        var options = new LinearClassifierOptions { Epochs = 20, LearningRate = 1 };
        using var classifier = LinearClassifier.Train(bank_MF, labels[..bankCount], classCount, options);
        var ranked = TopAccuracy.Rank(classifier.call(queries_QF));
        var linear = TopAccuracy.Of(ranked, labels[bankCount..], 1);
        context.Output.WriteLine($"linear classifier: {linear:P1}, among the first two {TopAccuracy.Of(ranked, labels[bankCount..], 2):P1}");
        context.Output.WriteLine($"collapse measure (1 is healthy, 0 collapsed): {CollapseMeasure.Scaled(features_NF):F2}");
        return [.. context.Losses, linear];
    }

    /// <summary>Normalized features of all images, in an order that does not follow the classes, and their labels.</summary>
    public static (Tensor Features, int[] Labels) Embed(Backbone backbone, IImageDataset dataset)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var transform = new EvaluationTransform(32);
        var samples = Enumerable.Range(0, dataset.Count).Select(index => dataset[index]).OrderBy(sample => sample.Id * 31 % 101).ToArray();
        backbone.eval();
        var features = samples.Chunk(64).Select(block => backbone.call(transform.Apply([.. block.Select(sample => sample.Image)], CPU)));
        return (nn.functional.normalize(cat([.. features], 0)).MoveToOuterDisposeScope(), [.. samples.Select(sample => sample.Label)]);
    }
}
