using System.Collections.Immutable;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Draws the parameters of views. Each operation has a stream of its own, so that switching one off changes no other.</summary>
internal static class ViewSampler
{
    private const int CropTries = 10;
    private const double RatioMinimum = 3.0 / 4.0;
    private const double RatioMaximum = 4.0 / 3.0;

    private static readonly double LogRatioMinimum = PortableMath.Log(RatioMinimum);
    private static readonly double LogRatioMaximum = PortableMath.Log(RatioMaximum);

    /// <summary>What happens to a sample in a view of an epoch.</summary>
    public static ViewParameters Draw(
        ViewTransformOptions options, int height, int width, ulong seed, long epoch, long sampleId, int view)
    {
        RandomStream Open(RandomPurpose purpose) => new(seed, purpose, epoch, sampleId, view);

        var flips = Open(RandomPurpose.Flip);
        var blur = Open(RandomPurpose.Blur);
        return new ViewParameters
        {
            Crop = DrawCrop(Open(RandomPurpose.Crop), options, height, width),
            HorizontalFlip = flips.NextBoolean(options.HfProb),
            VerticalFlip = flips.NextBoolean(options.VfProb),
            RotationDegrees = options.RrProb > 0 ? DrawRotation(Open(RandomPurpose.Rotation), options) : 0,
            ColorJitter = DrawJitter(Open(RandomPurpose.Jitter), options),
            Grayscale = Open(RandomPurpose.Grayscale).NextBoolean(options.RandomGrayScale),
            BlurSigma = blur.NextBoolean(options.GaussianBlur) ? blur.NextUniform(options.Sigmas.Low, options.Sigmas.High) : 0,
            Solarize = Open(RandomPurpose.Solarize).NextBoolean(options.SolarizationProb),
        };
    }

    /// <summary>The box of a random resized crop, as torchvision draws it.</summary>
    public static CropBox DrawCrop(RandomStream stream, ViewTransformOptions options, int height, int width)
    {
        var area = (double)height * width;
        for (var attempt = 0; attempt < CropTries; attempt++)
        {
            var cropArea = area * stream.NextUniform(options.MinScale, options.MaxScale);
            var ratio = PortableMath.Exp(stream.NextUniform(LogRatioMinimum, LogRatioMaximum));
            // Rounds half to even, as Python does.
            var cropWidth = (int)Math.Round(Math.Sqrt(cropArea * ratio));
            var cropHeight = (int)Math.Round(Math.Sqrt(cropArea / ratio));
            if (cropWidth > 0 && cropWidth <= width && cropHeight > 0 && cropHeight <= height)
            {
                var top = (int)stream.NextInteger((uint)(height - cropHeight + 1));
                var left = (int)stream.NextInteger((uint)(width - cropWidth + 1));
                return new CropBox(top, left, cropHeight, cropWidth);
            }
        }

        return CentralCrop(height, width);
    }

    private static CropBox CentralCrop(int height, int width)
    {
        var ratio = (double)width / height;
        var cropHeight = ratio < RatioMinimum ? (int)Math.Round(width / RatioMinimum) : height;
        var cropWidth = ratio > RatioMaximum ? (int)Math.Round(height * RatioMaximum) : width;
        return new CropBox((height - cropHeight) / 2, (width - cropWidth) / 2, cropHeight, cropWidth);
    }

    private static double DrawRotation(RandomStream stream, ViewTransformOptions options)
    {
        if (!stream.NextBoolean(options.RrProb))
        {
            return 0;
        }

        return options.RrDegrees is { } degrees ? stream.NextUniform(degrees.Low, degrees.High) : 90;
    }

    private static ImmutableArray<ColorAdjustment> DrawJitter(RandomStream stream, ViewTransformOptions options)
    {
        if (!stream.NextBoolean(options.CjProb))
        {
            return [];
        }

        Span<ColorAdjustment> adjustments = stackalloc ColorAdjustment[4];
        var count = 0;
        foreach (var operation in (ReadOnlySpan<ColorOperation>)
            [ColorOperation.Brightness, ColorOperation.Contrast, ColorOperation.Saturation, ColorOperation.Hue])
        {
            var amount = options.CjStrength * operation switch
            {
                ColorOperation.Brightness => options.CjBright,
                ColorOperation.Contrast => options.CjContrast,
                ColorOperation.Saturation => options.CjSat,
                _ => options.CjHue,
            };
            var isHue = operation == ColorOperation.Hue;
            var drawn = stream.NextUniform(isHue ? -amount : Math.Max(0, 1 - amount), isHue ? amount : 1 + amount);
            if (amount > 0)
            {
                adjustments[count++] = new ColorAdjustment(operation, (float)drawn);
            }
        }

        // A uniformly random order (Fisher-Yates).
        for (var index = count - 1; index > 0; index--)
        {
            var other = (int)stream.NextInteger((uint)(index + 1));
            (adjustments[index], adjustments[other]) = (adjustments[other], adjustments[index]);
        }

        return [.. adjustments[..count]];
    }
}
