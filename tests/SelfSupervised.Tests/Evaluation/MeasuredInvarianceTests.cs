using LightlyCluster.Samples;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Evaluation;

public sealed class MeasuredInvarianceTests
{
    private static readonly ViewTransformOptions View = new() { InputSize = 32 };

    [Fact]
    public void Every_operation_is_measured_alone_under_the_name_of_its_group()
    {
        using var scope = NewDisposeScope();
        using var backbone = Trained(epochs: 0, InvarianceGroups.All);

        var measures = InvarianceMeasure.MeasureEach(backbone, Images(8), View, seed: 3);

        measures.Select(measure => measure.Augmentation).ShouldBe(
        [
            "shape.randomCrop", "shape.horizontalFlip", "shape.verticalFlip", "shape.rotation",
            "texture.gaussianBlur", "color.colorJitter", "color.grayscale", "color.solarization",
        ]);
        measures.ShouldAllBe(measure => measure.Relative <= 1 + 1e-9 && double.IsFinite(measure.Relative));
        measures.ShouldBe(InvarianceMeasure.MeasureEach(backbone, Images(8), View, seed: 3));
        Should.Throw<ArgumentException>(() => InvarianceMeasure.MeasureEach(backbone, Images(1), View)).Message.ShouldContain("two images");
    }

    [Fact]
    public void Only_the_operation_itself_happens()
    {
        foreach (var (name, options) in SingleAugmentations.Of(new ViewTransformOptions { CjStrength = 0, MinScale = 1 }))
        {
            var drawn = new ViewPipeline([options]).Draw(48, 48, 5, 1, 0, 0);
            bool[] happens =
            [
                drawn.Crop.Height < 48 || drawn.Crop.Width < 48, drawn.HorizontalFlip, drawn.VerticalFlip, drawn.RotationDegrees != 0,
                drawn.BlurSigma > 0, drawn.ColorJitter.Length > 0, drawn.Grayscale, drawn.Solarize,
            ];

            happens.Count(happened => happened).ShouldBe(1, name);
        }
    }

    [Fact]
    public void Measuring_leaves_no_tensor_behind()
    {
        using var scope = NewDisposeScope();
        using var backbone = Trained(epochs: 0, InvarianceGroups.All);
        _ = InvarianceMeasure.MeasureEach(backbone, Images(4), View);
        var before = scope.DisposablesCount;

        _ = InvarianceMeasure.MeasureEach(backbone, Images(4), View);

        scope.DisposablesCount.ShouldBe(before);
        backbone.training.ShouldBeTrue();
    }

    private static DecodedImage[] Images(int count)
    {
        var shapes = new DrawnShapes(count, 40);
        return [.. Enumerable.Range(0, count).Select(index => shapes[index].Image)];
    }

    private static ResNet Trained(int epochs, InvarianceGroups groups)
    {
        manual_seed(1);
        var backbone = ResNetGenerator.Create("resnet-9", width: 0.125);
        ParameterInitializer.Initialize(backbone, 1);
        if (epochs > 0)
        {
            Pretraining.Run(backbone, new SampleContext(new DrawnShapes(256, 40), 32, epochs, TextWriter.Null), groups);
        }

        return backbone;
    }
}
