using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Tests.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

public sealed class ViewPipelineTests
{
    private static readonly ViewTransformOptions Everything = new()
    {
        InputSize = 33,
        MinScale = 0.2,
        VfProb = 0.5,
        RrProb = 0.5,
        RrDegrees = new ValueRange(-30, 60),
        GaussianBlur = 0.7,
        SolarizationProb = 0.3,
    };

    private static readonly DecodedImage[] Images =
    [
        TestImages.Make(40, 30, 1), TestImages.Make(64, 64, 2), TestImages.Make(7, 90, 3), TestImages.Make(3, 2, 4),
        TestImages.Make(1, 1, 5), TestImages.Make(200, 120, 6),
    ];

    private static readonly long[] SampleIds = [5, 17, 1L << 40, 0, 3, 4];

    [Theory]
    [InlineData(33)]
    [InlineData(32)]
    [InlineData(5)]
    public void A_sample_gets_the_same_bits_alone_and_in_any_batch(int inputSize)
    {
        var options = Everything with { InputSize = inputSize };
        var pipeline = new ViewPipeline([options, options with { Interpolation = ResizeFilter.Bicubic }]);
        for (var epoch = 0; epoch < 8; epoch++)
        {
            for (var view = 0; view < 2; view++)
            {
                var together = Bits(pipeline, Images, SampleIds, epoch, view);
                var reversed = Bits(pipeline, [.. Images.Reverse()], [.. SampleIds.Reverse()], epoch, view);
                var length = together.Length / Images.Length;
                for (var index = 0; index < Images.Length; index++)
                {
                    var alone = Bits(pipeline, [Images[index]], [SampleIds[index]], epoch, view);

                    alone.ShouldBe(together[(index * length)..((index + 1) * length)]);
                    alone.ShouldBe(reversed[((Images.Length - 1 - index) * length)..((Images.Length - index) * length)]);
                }
            }
        }
    }

    [Fact]
    public void Threads_do_not_disturb_each_other()
    {
        var pipeline = new ViewPipeline([Everything]);
        var expected = Enumerable.Range(0, 20).Select(epoch => Bits(pipeline, Images, SampleIds, epoch, 0)).ToArray();

        Parallel.For(0, 20, epoch => Bits(pipeline, Images, SampleIds, epoch, 0).ShouldBe(expected[epoch]));
    }

    [Fact]
    public void The_number_of_threads_changes_no_bit()
    {
        var one = new ViewPipeline([Everything]);
        var four = new ViewPipeline([Everything]) { Threads = 4 };

        for (var epoch = 0; epoch < 5; epoch++)
        {
            Bits(four, Images, SampleIds, epoch, 0).ShouldBe(Bits(one, Images, SampleIds, epoch, 0));
        }
    }

    [Fact]
    public void Seed_epoch_sample_and_view_each_change_the_result()
    {
        var pipeline = new ViewPipeline(TransformPresets.Get("simclr", 24));
        DecodedImage[] image = [Images[0]];
        using var views = NewDisposeScope();
        Tensor[] results =
        [
            pipeline.Apply(image, [1L], 1, 0, 0, CPU), pipeline.Apply(image, [1L], 2, 0, 0, CPU), pipeline.Apply(image, [1L], 1, 1, 0, CPU),
            pipeline.Apply(image, [2L], 1, 0, 0, CPU), pipeline.Apply(image, [1L], 1, 0, 1, CPU),
        ];

        results.Select(result => Convert.ToHexString(result.bytes)).Distinct().Count().ShouldBe(results.Length);
    }

    [Fact]
    public void The_result_has_the_promised_shape_and_range_and_survives_the_scope_alone()
    {
        var pipeline = new ViewPipeline([Everything with { InputSize = new ImageSize(20, 36), Normalize = ChannelNormalization.Identity }]);
        using var scope = NewDisposeScope();
        using (var view = pipeline.Apply(Images, SampleIds, 1, 2, 0, CPU))
        {
            view.shape.ShouldBe([6, 3, 20, 36]);
            view.dtype.ShouldBe(ScalarType.Float32);
            view.min().item<float>().ShouldBeGreaterThanOrEqualTo(-1e-6f);
            view.max().item<float>().ShouldBeLessThanOrEqualTo(1 + 1e-6f);
        }

        scope.DisposablesCount.ShouldBe(2);
    }

    [Fact]
    public void Without_any_invariance_a_view_is_the_resized_image()
    {
        var preset = TransformPresets.Get("simclr", 16).WithInvariances(InvarianceGroups.None);
        using var view = new ViewPipeline(preset).Apply([Images[1]], [9L], 3, 4, 1, CPU);
        using var plain = new EvaluationTransform(16).Apply([Images[1]], CPU);

        Convert.ToHexString(view.bytes).ShouldBe(Convert.ToHexString(plain.bytes));
    }

    [Fact]
    public void A_group_that_is_off_leaves_the_others_as_they_are()
    {
        var all = new ViewPipeline([Everything]).Draw(50, 60, 3, 1, 2, 0);
        var fewer = Everything.WithInvariances(InvarianceGroups.Shape | InvarianceGroups.Texture);
        var noColor = new ViewPipeline([fewer]).Draw(50, 60, 3, 1, 2, 0);

        noColor.Crop.ShouldBe(all.Crop);
        noColor.BlurSigma.ShouldBe(all.BlurSigma);
        noColor.RotationDegrees.ShouldBe(all.RotationDegrees);
        noColor.ColorJitter.ShouldBeEmpty();
        noColor.Grayscale.ShouldBeFalse();
    }

    [Fact]
    public void Mistakes_of_the_caller_are_named()
    {
        var pipeline = new ViewPipeline([Everything]);

        Should.Throw<ArgumentException>(() => pipeline.Apply([], [], 1, 0, 0, CPU));
        Should.Throw<ArgumentException>(() => pipeline.Apply(Images, [1L], 1, 0, 0, CPU)).Message.ShouldContain("6 images");
        Should.Throw<ArgumentOutOfRangeException>(() => pipeline.Apply(Images, SampleIds, 1, 0, 1, CPU));
        Should.Throw<ArgumentException>(() => new ViewPipeline([]));
    }

    private static string Bits(ViewPipeline pipeline, DecodedImage[] images, long[] sampleIds, long epoch, int view)
    {
        using var result = pipeline.Apply(images, sampleIds, 42, epoch, view, CPU);
        return Convert.ToHexString(result.bytes);
    }
}
