using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Tests.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using LightlyCluster.SelfSupervised.Transforms.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

/// <summary>The executor of every device but the CPU, run on the CPU beside the vectorised one.</summary>
public sealed class TensorViewExecutorTests
{
    private const double Tolerance = 1e-5;

    private static readonly DecodedImage[] Images =
    [
        TestImages.Make(40, 30, 1), TestImages.Make(64, 64, 2), TestImages.Make(7, 90, 3), TestImages.Make(3, 2, 4),
        TestImages.Make(1, 1, 5), TestImages.Make(200, 120, 6), TestImages.Make(90, 150, 7), TestImages.Make(33, 33, 8),
    ];

    public static TheoryData<string> Presets => new(TransformPresets.Names);

    public static TheoryData<string> Operations =>
        [.. SingleAugmentations.Of(new ViewTransformOptions()).Select(operation => operation.Name), "texture.wideBlur", "shape.degrees"];

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_view_of_every_preset_equals_the_vectorised_one(string preset)
    {
        // At a size above 64 pixels presets have their blur; a second size shrinks where the first one enlarges.
        foreach (var view in TransformPresets.Get(preset, 72).Views.Concat(TransformPresets.Get(preset, 24).Views).Distinct())
        {
            ShouldBeEqual(view, epochs: 2);
            ShouldBeEqual(view with { RrProb = 0.5, VfProb = 0.5, GaussianBlur = 0.5, SolarizationProb = 0.5 }, epochs: 2);
        }
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Every_single_operation_equals_the_vectorised_one(string operation)
    {
        var usual = new ViewTransformOptions { InputSize = new ImageSize(29, 37) };
        var options = operation switch
        {
            "texture.wideBlur" => SingleAugmentations.Plain(usual) with { GaussianBlur = 1, Sigmas = new(0.1, 30) },
            "shape.degrees" => SingleAugmentations.Plain(usual) with { RrProb = 1, RrDegrees = new(-180, 180) },
            _ => SingleAugmentations.Of(usual).Single(entry => entry.Name == operation).Options,
        };

        ShouldBeEqual(options, epochs: 8);
        ShouldBeEqual(options with { Interpolation = ResizeFilter.Bicubic }, epochs: 4);
    }

    [Theory]
    [InlineData(ColorOperation.Brightness)]
    [InlineData(ColorOperation.Contrast)]
    [InlineData(ColorOperation.Saturation)]
    [InlineData(ColorOperation.Hue)]
    public void Every_operation_of_colour_jitter_equals_the_vectorised_one(ColorOperation operation)
    {
        var options = new ViewTransformOptions { InputSize = 31 };
        float[] amounts = operation == ColorOperation.Hue ? [-0.5f, -0.1f, 0, 0.3f, 0.5f] : [0, 0.3f, 1, 1.4f, 1.9f];
        foreach (var amount in amounts)
        {
            var drawn = Images.Select(image =>
                ViewParameters.WholeImage(image.Height, image.Width) with { ColorJitter = [new(operation, amount)] }).ToArray();

            ShouldBeEqual(drawn, options);
        }
    }

    [Fact]
    public void An_image_alone_is_a_batch_of_one_with_the_same_bits()
    {
        using var scope = NewDisposeScope();
        var options = TransformPresets.Get("byol", 72).Views[1] with { SolarizationProb = 0.5, RrProb = 0.5 };
        var drawn = Draw(options, epoch: 3);
        var together = TensorViewExecutor.Run(Images, drawn, options, CPU);

        for (var index = 0; index < Images.Length; index++)
        {
            var alone = TensorViewExecutor.Run([Images[index]], [drawn[index]], options, CPU);

            alone.bytes.SequenceEqual(together.narrow(0, index, 1).contiguous().bytes).ShouldBeTrue($"image {index}");
        }
    }

    [Fact]
    public void Large_boxes_are_resized_in_several_groups()
    {
        // Padded to the widest and the tallest, the three would take 600 MB.
        DecodedImage[] images = [TestImages.Make(8000, 20, 1), TestImages.Make(20, 8000, 2), TestImages.Make(50, 40, 3)];
        var options = SingleAugmentations.Plain(new ViewTransformOptions { InputSize = 20 });

        ShouldBeEqual(
            [.. images.Select(image => ViewParameters.WholeImage(image.Height, image.Width))], options, images);
    }

    [Fact]
    public void No_tensor_outlives_an_execution()
    {
        var options = TransformPresets.Get("vicreg", 72).Views[0] with { RrProb = 0.5, SolarizationProb = 0.5 };
        using var scope = NewDisposeScope();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        var views = TensorViewExecutor.Run(Images, Draw(options, epoch: 1), options, CPU);

        scope.DisposablesCount.ShouldBe(1);
        DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount.ShouldBe(before + 1);
        views.shape.ShouldBe([Images.Length, 3, 72, 72]);
        views.is_contiguous().ShouldBeTrue();
    }

    private static void ShouldBeEqual(ViewTransformOptions options, int epochs)
    {
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            ShouldBeEqual(Draw(options, epoch), options);
        }
    }

    private static void ShouldBeEqual(ViewParameters[] drawn, ViewTransformOptions options, DecodedImage[]? images = null)
    {
        using var scope = NewDisposeScope();
        var expected = ViewExecution.Run(images ?? Images, index => drawn[index], options, 1, CPU);

        TensorViewExecutor.Run(images ?? Images, drawn, options, CPU).ShouldBeCloseTo(expected, Tolerance);
    }

    private static ViewParameters[] Draw(ViewTransformOptions options, int epoch)
    {
        var transform = new ViewTransform(options);
        return [.. Images.Select((image, index) => transform.Draw(image.Height, image.Width, index, 1, epoch, 0))];
    }
}
