using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Tests.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Evaluation;

/// <summary>Transforms, collate functions and evaluation leave their result in the caller's scope and nothing else.</summary>
public sealed class EvaluationScopeTests
{
    private static readonly DecodedImage[] Images = [TestImages.Make(20, 30, 1), TestImages.Make(30, 20, 2)];

    private static readonly Dictionary<string, (int Results, Func<Tensor, Backbone, object> Call)> Calls = new(StringComparer.Ordinal)
    {
        ["a view"] = (1, (_, _) => new SimCLRTransform(inputSize: 24).Pipeline.Apply(Images, [1, 2], 1, 0, 0, CPU)),
        ["a view on its own"] = (1, (_, _) => new ViewTransform(new ViewTransformOptions { InputSize = 24 }).Apply(Images, [1, 2], 1, 0, 0)),
        ["all views of an image"] = (2, (_, _) => new SimCLRTransform(inputSize: 24).Apply(Images[0], 1, 1, 0)),
        ["an evaluation's images"] = (1, (_, _) => new EvaluationTransform(24).Apply(Images, CPU)),
        ["a batch"] = (3, (_, _) => new ImageCollateFunction(inputSize: 24).Collate([new(Images[0], 0, "a", 0), new(Images[1], 1, "b", 1)], 1, 0)),
        ["features"] = (1, (_, backbone) => backbone.call(ones(2, 3, 16, 16))),
        ["nearest neighbours"] = (0, (features, _) => NearestNeighbours.Predict(features, [0, 1, 0, 1, 0, 1], features, 2, 3, 0.1)),
        ["accuracy of neighbours"] = (0, (features, _) => NearestNeighbours.Accuracy(features, [0, 1, 0, 1, 0, 1], features, [0, 1, 0, 1, 0, 1], 3, 0.1)),
        ["ranks"] = (0, (features, _) => TopAccuracy.Rank(features)),
        ["the collapse measure"] = (0, (features, _) => CollapseMeasure.Scaled(features)),
        ["principal components"] = (1, (features, _) => PrincipalComponents.Project(features, 2)),
        ["invariance"] = (0, (features, _) => InvarianceMeasure.Between("none", features, features)),
        ["alignment"] = (1, (features, _) => HypersphereLoss.Alignment(features, features)),
        ["uniformity"] = (1, (features, _) => HypersphereLoss.Uniformity(features)),
    };

    public static TheoryData<string> Names => [.. Calls.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Only_results_are_left(string name)
    {
        using var outer = NewDisposeScope();
        using var backbone = ResNetGenerator.Create("resnet-9", 0.0625);
        backbone.eval();
        var (results, call) = Calls[name];
        var features = randn(6, 4);

        using (no_grad())
        {
            using var scope = NewDisposeScope();
            var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

            _ = call(features, backbone);

            (DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount - before - Extra(name)).ShouldBe(results);
        }
    }

    [Fact]
    public void A_classifier_leaves_its_own_weights_only()
    {
        using var outer = NewDisposeScope();
        var features = randn(6, 4);
        using var classifier = LinearClassifier.Train(features, [0, 1, 0, 1, 0, 1], 2, new() { Epochs = 2 });
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        _ = classifier.Step(features, [0, 1, 0, 1, 0, 1], 0.1);

        DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    // The images that a lambda above makes itself.
    private static int Extra(string name) => name == "features" ? 1 : 0;
}
