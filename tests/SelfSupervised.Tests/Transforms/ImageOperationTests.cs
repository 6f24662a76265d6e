using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Tests.Datasets;
using LightlyCluster.SelfSupervised.Transforms;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

public sealed class ImageOperationTests
{
    private static readonly DecodedImage Image = TestImages.Make(31, 31, 3);

    [Fact]
    public void A_quarter_turn_moves_every_pixel_counter_clockwise()
    {
        var turned = new RandomRotate(prob: 1).Apply(Image, 1, 1, 0, 0);

        for (var y = 0; y < 31; y++)
        {
            for (var x = 0; x < 31; x++)
            {
                Pixel(turned, x, y).ShouldBe(Pixel(Image, 30 - y, x));
            }
        }
    }

    [Fact]
    public void Solarization_inverts_from_the_threshold_on()
    {
        var changed = new RandomSolarization(prob: 1).Apply(Image, 1, 1, 0, 0);

        changed.Pixels.ShouldBe(Image.Pixels.Select(value => value < 128 ? value : (byte)(255 - value)));
        new RandomSolarization(prob: 1, threshold: 256).Apply(Image, 1, 1, 0, 0).Pixels.ShouldBe(Image.Pixels);
    }

    /// <summary>The views' blur equals Pillow's golden values, and this one the views'.</summary>
    [Theory]
    [InlineData(0.3)]
    [InlineData(1.7)]
    [InlineData(9)]
    public void The_blur_is_that_of_a_view(double sigma)
    {
        using var scope = NewDisposeScope();
        var blurred = new GaussianBlur(prob: 1, sigmas: new(sigma, sigma)).Apply(Image, 1, 1, 0, 0);

        var view = ViewRenderer.Render(
            Image,
            ViewParameters.WholeImage(31, 31) with { BlurSigma = sigma },
            new ViewTransformOptions { InputSize = 31, Normalize = ChannelNormalization.Identity },
            CPU);

        var expected = view.squeeze(0).permute(1, 2, 0).mul(255).round().to(uint8).contiguous();
        blurred.Pixels.AsSpan().SequenceEqual(expected.bytes).ShouldBeTrue();
    }

    [Fact]
    public void Angles_fill_their_range_and_no_more()
    {
        // A dot to the right of the centre: where it goes says by which angle.
        var pixels = new byte[101 * 101 * 3];
        pixels[((50 * 101) + 95) * 3] = 255;
        var dot = new DecodedImage(101, 101, pixels);
        var rotation = new RandomRotateDegrees(1, new ValueRange(10, 40));

        var angles = Enumerable.Range(0, 200).Select(sample => Angle(rotation.Apply(dot, sample, 1, 0, 0))).Where(angle => !double.IsNaN(angle)).ToArray();

        angles.Length.ShouldBeGreaterThan(100);
        angles.Min().ShouldBeInRange(8, 13);
        angles.Max().ShouldBeInRange(37, 42);
    }

    [Fact]
    public void It_happens_as_often_as_it_should_and_the_same_for_a_sample_everywhere()
    {
        ImageOperation[] operations =
        [
            new GaussianBlur(0.3), new RandomSolarization(0.3), new RandomRotate(0.3), new RandomRotateDegrees(0.3, 20),
        ];
        foreach (var operation in operations)
        {
            var changed = Enumerable.Range(0, 1000).Select(sample => !ReferenceEquals(operation.Apply(Image, sample, 7, 2, 1), Image)).ToArray();

            // Three standard deviations.
            changed.Count(isChanged => isChanged).ShouldBeInRange(256, 344, operation.GetType().Name);
            operation.Apply(Image, 5, 7, 2, 1).Pixels.ShouldBe(operation.Apply(Image, 5, 7, 2, 1).Pixels);
        }
    }

    [Fact]
    public void Values_out_of_range_are_refused()
    {
        Should.Throw<ArgumentException>(() => new GaussianBlur(1.5)).Message.ShouldContain("prob is 1.5");
        Should.Throw<ArgumentException>(() => new GaussianBlur(sigmas: new(2, 1))).Message.ShouldContain("sigmas");
        Should.Throw<ArgumentException>(() => new RandomSolarization(threshold: 257)).Message.ShouldContain("0 to 256");
        Should.Throw<ArgumentException>(() => new RandomRotate(angle: double.NaN)).Message.ShouldContain("angle");
        Should.Throw<ArgumentException>(() => new RandomRotateDegrees(0.5, -5)).Message.ShouldContain("degrees");
    }

    private static (byte Red, byte Green, byte Blue) Pixel(DecodedImage image, int x, int y)
    {
        var first = ((y * image.Width) + x) * 3;
        return (image.Pixels[first], image.Pixels[first + 1], image.Pixels[first + 2]);
    }

    private static double Angle(DecodedImage image)
    {
        var found = Array.IndexOf(image.Pixels, (byte)255) / 3;
        return found == 0 ? double.NaN : Math.Atan2(50 - (found / 101), (found % 101) - 50) * 180 / Math.PI;
    }
}
