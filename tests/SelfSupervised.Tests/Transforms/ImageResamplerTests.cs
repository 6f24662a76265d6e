using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.SelfSupervised.Tests.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

public sealed class ImageResamplerTests
{
    [Fact]
    public void Any_crop_to_any_size_agrees_with_the_plain_formula()
    {
        var stream = new RandomStream(1, RandomPurpose.None, 0, 0, 0);
        for (var round = 0; round < 150; round++)
        {
            var image = TestImages.Make(1 + (int)stream.NextInteger(60), 1 + (int)stream.NextInteger(60), round + 1);
            var height = 1 + (int)stream.NextInteger((uint)image.Height);
            var width = 1 + (int)stream.NextInteger((uint)image.Width);
            var crop = new CropBox(
                (int)stream.NextInteger((uint)(image.Height - height + 1)),
                (int)stream.NextInteger((uint)(image.Width - width + 1)),
                height,
                width);
            var options = new ViewTransformOptions
            {
                InputSize = new ImageSize(1 + (int)stream.NextInteger(40), 1 + (int)stream.NextInteger(40)),
                Interpolation = stream.NextBoolean(0.5) ? ResizeFilter.Bicubic : ResizeFilter.Bilinear,
                Normalize = ChannelNormalization.Identity,
            };
            var parameters = new ViewParameters
            {
                Crop = crop,
                HorizontalFlip = stream.NextBoolean(0.5),
                VerticalFlip = stream.NextBoolean(0.5),
            };

            using var view = ViewRenderer.Render(image, parameters, options, CPU);

            var expected = ReferenceResampler.Resize(
                image, crop, options.InputSize, options.Interpolation, parameters.HorizontalFlip, parameters.VerticalFlip);
            var difference = view.data<float>().ToArray().Zip(expected, (our, their) => Math.Abs(our - their)).Max();
            difference.ShouldBeLessThan(
                2e-6, $"round {round}: {crop} of {image.Width}x{image.Height} to {options.InputSize} {options.Interpolation}");
        }
    }

    [Theory]
    [InlineData(-1, 0, 2, 2)]
    [InlineData(0, 0, 9, 2)]
    [InlineData(0, 7, 2, 2)]
    [InlineData(0, 0, 0, 2)]
    [InlineData(0, 1, 2, int.MaxValue)]
    public void A_crop_outside_of_the_image_is_refused(int top, int left, int height, int width) =>
        Should.Throw<ArgumentException>(() => ViewRenderer.Render(
            TestImages.Make(8, 8), new ViewParameters { Crop = new CropBox(top, left, height, width) }, new ViewTransformOptions(), CPU));
}
