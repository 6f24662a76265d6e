using System.Globalization;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Evaluation;

/// <summary>
/// What a training with SimCLR does to features, measured on images that it has not seen: resnet-9 of width 0.125, batches of 32,
/// a few seconds. One seed each by default; LIGHTLY_INVARIANCE_SEEDS=5 tries as many.
/// </summary>
public sealed class LearnedInvarianceTests
{
    private const int Steps = 60;
    private const int BatchSize = 32;
    private const double LearningRate = 0.003;
    private const double DropMinimum = 0.05;

    private static readonly ViewTransformOptions View = new()
    {
        InputSize = 32,
        MinScale = 0.5,
        CjStrength = 0.5,
        Sigmas = new(0.8, 2),
        CjProb = 0.8,
    };

    public static TheoryData<string, string, int> Groups
    {
        get
        {
            var data = new TheoryData<string, string, int>();
            var seeds = int.Parse(Environment.GetEnvironmentVariable("LIGHTLY_INVARIANCE_SEEDS") ?? "1", CultureInfo.InvariantCulture);
            for (var seed = 1; seed <= seeds; seed++)
            {
                data.Add("Shape", "shape.randomCrop", seed);
                data.Add("Texture", "texture.gaussianBlur", seed);
                data.Add("Color", "color.colorJitter", seed);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Groups))]
    public void Switching_a_group_off_lowers_the_measured_invariance_to_it(string groupName, string augmentation, int seed)
    {
        var group = Enum.Parse<InvarianceGroups>(groupName);
        var isColored = group == InvarianceGroups.Color;
        var all = isColored ? InvarianceGroups.All : InvarianceGroups.Shape | InvarianceGroups.Texture;
        var images = Images(isColored);

        double Measure(InvarianceGroups groups)
        {
            using var scope = NewDisposeScope();
            using var backbone = Backbone((ulong)seed);
            Train(backbone, new DrawnTextures(256, isColored), View.WithInvariances(groups), (ulong)seed);
            return InvarianceMeasure.MeasureEach(backbone, images, View with { MinScale = 0.08 }, seed: 9)
                .Single(measure => measure.Augmentation == augmentation).Relative;
        }

        var (with, without) = (Measure(all), Measure(all & ~group));

        TestContext.Current.TestOutputHelper?.WriteLine($"{augmentation}, seed {seed}: {with:F2} with {group}, {without:F2} without");
        without.ShouldBeLessThan(with - DropMinimum);
    }

    [Fact]
    public void Training_brings_views_of_an_image_together_and_spreads_images_apart()
    {
        using var scope = NewDisposeScope();
        using var backbone = Backbone(1);
        var view = View.WithInvariances(InvarianceGroups.Shape | InvarianceGroups.Texture);
        var (closeness, uniformity) = AlignmentAndUniformity(backbone, view);

        Train(backbone, new DrawnTextures(256, isColored: false), view, 1);

        var (closenessAfter, uniformityAfter) = AlignmentAndUniformity(backbone, view);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"relative closeness {closeness:F2} to {closenessAfter:F2}, uniformity {uniformity:F2} to {uniformityAfter:F2}");
        closenessAfter.ShouldBeGreaterThan(closeness + 0.1);
        uniformityAfter.ShouldBeLessThan(uniformity - 0.5);
    }

    /// <summary>How close two views of an image are, beside two images (1 is equal), and the logarithm that falls as images spread.</summary>
    private static (double Closeness, double Uniformity) AlignmentAndUniformity(Backbone backbone, ViewTransformOptions view)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var pipeline = new ViewPipeline([view, view]);
        var images = Images(isColored: false);
        long[] ids = [.. Enumerable.Range(0, images.Length).Select(index => (long)index)];
        backbone.eval();
        var first = backbone.call(pipeline.Apply(images, ids, 3, 0, 0, CPU));
        var second = backbone.call(pipeline.Apply(images, ids, 3, 0, 1, CPU));
        return (InvarianceMeasure.Between("views", first, second).Relative, HypersphereLoss.Uniformity(first).item<float>());
    }

    private static void Train(Backbone backbone, IImageDataset dataset, ViewTransformOptions view, ulong seed)
    {
        var model = new SimCLR(backbone, backbone.FeatureCount, 32);
        ParameterInitializer.Initialize(model, seed);
        using var criterion = new NTXentLoss(0.2);
        using var optimizer = optim.Adam(model.parameters(), LearningRate);
        var loader = new DataLoader(dataset, BatchSize, new BaseCollateFunction(view), shuffle: true, dropLast: true, seed: seed);
        var batches = Enumerable.Repeat(loader, (Steps * BatchSize / dataset.Count) + 1).SelectMany(epoch => epoch).Take(Steps);
        backbone.train();
        foreach (var batch in batches)
        {
            using var scope = NewDisposeScope();
            using var views = batch;
            var ((x0, x1), _, _) = views;
            var (out0, out1) = model.forward(x0, x1);
            optimizer.zero_grad();
            criterion.call(out0, out1).backward();
            optimizer.step();
        }
    }

    private static ResNet Backbone(ulong seed)
    {
        set_num_threads(1);
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        ParameterInitializer.Initialize(backbone, seed);
        return backbone;
    }

    private static DecodedImage[] Images(bool isColored)
    {
        var dataset = new DrawnTextures(64, isColored, firstIndex: 1000);
        return [.. Enumerable.Range(0, dataset.Count).Select(index => dataset[index].Image)];
    }
}
