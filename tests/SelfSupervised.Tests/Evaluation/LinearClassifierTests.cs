using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Evaluation;

public sealed class LinearClassifierTests
{
    [Fact]
    public void A_step_is_that_of_gradient_descent_on_the_cross_entropy()
    {
        using var scope = NewDisposeScope();
        var features = randn([6, 4], generator: new Generator(1));
        int[] labels = [0, 1, 2, 0, 1, 2];
        using var ours = new LinearClassifier(4, 3);
        using var theirs = nn.Linear(4, 3);
        theirs.weight.detach().zero_();
        theirs.bias!.detach().zero_();
        using var optimizer = optim.SGD(theirs.parameters(), 0.5, momentum: 0.9);

        for (var step = 0; step < 3; step++)
        {
            optimizer.zero_grad();
            var loss = nn.functional.cross_entropy(theirs.call(features), tensor(labels.Select(label => (long)label).ToArray()));
            loss.backward();
            optimizer.step();
            ours.Step(features, labels, 0.5).ShouldBe(loss.item<float>(), 1e-5);
        }

        ours.get_parameter("weight")!.ShouldBeCloseTo(theirs.weight, 1e-5);
        ours.get_parameter("bias")!.ShouldBeCloseTo(theirs.bias!, 1e-5);
    }

    [Fact]
    public void Separable_classes_are_learned_and_the_same_seed_gives_the_same_classifier()
    {
        using var scope = NewDisposeScope();
        var labels = Enumerable.Range(0, 90).Select(index => index % 3).ToArray();
        var centers = eye(3).index_select(0, tensor(labels.Select(label => (long)label).ToArray()));
        var features = centers + (randn([90, 3], generator: new Generator(2)) * 0.1);
        var options = new LinearClassifierOptions { Epochs = 20, BatchSize = 16, LearningRate = 2, Seed = 4 };

        using var first = LinearClassifier.Train(features, labels, 3, options);
        using var second = LinearClassifier.Train(features, labels, 3, options);

        var ranked = TopAccuracy.Rank(first.call(features));
        TopAccuracy.Of(ranked, labels, 1).ShouldBeGreaterThan(0.97);
        TopAccuracy.Of(ranked, labels, 3).ShouldBe(1);
        first.get_parameter("weight")!.ShouldBeSameValues(second.get_parameter("weight")!);
    }

    [Fact]
    public void Bad_labels_and_features_are_refused()
    {
        using var scope = NewDisposeScope();
        using var classifier = new LinearClassifier(4, 3);

        Should.Throw<ArgumentException>(() => classifier.Step(ones(2, 4), [0, 3], 0.1));
        Should.Throw<ArgumentException>(() => classifier.Step(ones(2, 5), [0, 1], 0.1));
        Should.Throw<ArgumentException>(() => classifier.call(ones(4)));
    }

    [Fact]
    public void Fine_tuning_trains_the_backbone_too()
    {
        using var scope = NewDisposeScope();
        using var classifier = new FineTuneClassifier(ResNetGenerator.Create("resnet-9", 0.0625), 3);

        classifier.Loss(randn([4, 3, 16, 16], generator: new Generator(1)), tensor(new long[] { 0, 1, 2, 0 })).backward();

        classifier.get_parameter("backbone.conv1.weight")!.grad!.abs().max().item<float>().ShouldBeGreaterThan(0);
        classifier.get_parameter("head.weight")!.shape.ShouldBe([3, 32]);
    }

    [Fact]
    public void Invariance_is_one_for_no_change_and_about_zero_for_other_images()
    {
        using var scope = NewDisposeScope();
        using var backbone = ResNetGenerator.Create("resnet-9", 0.0625);
        ParameterInitializer.Initialize(backbone, 1, "backbone");
        var images = randn([16, 3, 16, 16], generator: new Generator(1));

        var measures = InvarianceMeasure.Measure(
            backbone,
            images,
            [("nothing", batch => batch.clone()), ("other image", batch => batch.roll(1, 0)), ("flip", batch => batch.flip(3))]);

        measures[0].Relative.ShouldBe(1, 1e-9);
        measures[1].Relative.ShouldBe(0, 0.2);
        measures[2].Relative.ShouldBeInRange(-1, 1);
        backbone.training.ShouldBeTrue();
        var features = randn([5, 4], float64, generator: new Generator(3));
        var cosines = mm(nn.functional.normalize(features), nn.functional.normalize(features).t());
        var expected = (cosines.sum().item<double>() - 5) / 20;
        InvarianceMeasure.Between("x", features, features).CosineOfDifferent.ShouldBe(expected, 1e-12);
    }
}
