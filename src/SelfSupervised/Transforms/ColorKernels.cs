using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Colour operations on planes of values 0 to 1, with torchvision's formulas for float tensors.</summary>
internal static unsafe class ColorKernels
{
    /// <summary>Share of red in gray.</summary>
    public const float RedShare = 0.2989f;

    /// <summary>Share of green in gray.</summary>
    public const float GreenShare = 0.587f;

    /// <summary>Share of blue in gray.</summary>
    public const float BlueShare = 0.114f;

    private const int Step = 8;

    /// <summary>Applies one operation of colour jitter.</summary>
    public static void Adjust(PlanarImage image, ColorAdjustment adjustment)
    {
        switch (adjustment.Operation)
        {
            case ColorOperation.Brightness:
                Blend(image, adjustment.Amount, 0);
                break;
            case ColorOperation.Contrast:
                Blend(image, adjustment.Amount, MeanGray(image));
                break;
            case ColorOperation.Saturation:
                Saturate(image, adjustment.Amount);
                break;
            default:
                TurnHue(image, adjustment.Amount);
                break;
        }
    }

    /// <summary>Replaces all three colours by their gray.</summary>
    public static void Grayscale(PlanarImage image)
    {
        var red = image.Red;
        var green = image.Green;
        var blue = image.Blue;
        for (var index = 0; index < image.PixelCount; index += Step)
        {
            var gray = Gray(Vector256.Load(red + index), Vector256.Load(green + index), Vector256.Load(blue + index));
            gray.Store(red + index);
            gray.Store(green + index);
            gray.Store(blue + index);
        }
    }

    /// <summary>Inverts values from a threshold on.</summary>
    /// <param name="image">The view.</param>
    /// <param name="threshold">First value, 0 to 1, that is inverted.</param>
    public static void Solarize(PlanarImage image, float threshold)
    {
        var limit = Vector256.Create(threshold);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = image.Plane(channel);
            for (var index = 0; index < image.PixelCount; index += Step)
            {
                var value = Vector256.Load(plane + index);
                Vector256.ConditionalSelect(Vector256.LessThan(value, limit), value, Vector256<float>.One - value).Store(plane + index);
            }
        }
    }

    /// <summary>Cuts values off at 0 and 1.</summary>
    public static void Clamp(PlanarImage image) => Blend(image, 1, 0);

    private static void Blend(PlanarImage image, float factor, float other)
    {
        var factors = Vector256.Create(factor);
        var offset = Vector256.Create((1 - factor) * other);
        for (var channel = 0; channel < 3; channel++)
        {
            var plane = image.Plane(channel);
            for (var index = 0; index < image.PixelCount; index += Step)
            {
                Limit((Vector256.Load(plane + index) * factors) + offset).Store(plane + index);
            }
        }
    }

    private static void Saturate(PlanarImage image, float factor)
    {
        var red = image.Red;
        var green = image.Green;
        var blue = image.Blue;
        var factors = Vector256.Create(factor);
        var rest = Vector256.Create(1 - factor);
        for (var index = 0; index < image.PixelCount; index += Step)
        {
            var r = Vector256.Load(red + index);
            var g = Vector256.Load(green + index);
            var b = Vector256.Load(blue + index);
            var gray = Gray(r, g, b) * rest;
            Limit((r * factors) + gray).Store(red + index);
            Limit((g * factors) + gray).Store(green + index);
            Limit((b * factors) + gray).Store(blue + index);
        }
    }

    private static float MeanGray(PlanarImage image)
    {
        var red = image.Red;
        var green = image.Green;
        var blue = image.Blue;
        var lower = Vector256<double>.Zero;
        var upper = Vector256<double>.Zero;
        var count = image.PixelCount;
        var whole = count / Step * Step;
        for (var index = 0; index < whole; index += Step)
        {
            var gray = Gray(Vector256.Load(red + index), Vector256.Load(green + index), Vector256.Load(blue + index));
            lower += Vector256.WidenLower(gray);
            upper += Vector256.WidenUpper(gray);
        }

        var total = lower + upper;
        var sum = total[0] + total[1] + (total[2] + total[3]);
        for (var index = whole; index < count; index++)
        {
            sum += (red[index] * RedShare) + (green[index] * GreenShare) + (blue[index] * BlueShare);
        }

        return (float)(sum / count);
    }

    // From RGB to hue and back without its detour over saturation: with v the largest colour and c the distance to the smallest,
    // each colour is v - c * clamp(min(k, 4 - k)), where k = (n + 6 hue) mod 6 and n is 5 for red, 3 for green, 1 for blue.
    private static void TurnHue(PlanarImage image, float turns)
    {
        var red = image.Red;
        var green = image.Green;
        var blue = image.Blue;
        var shift = Vector256.Create(turns * 6);
        var two = Vector256.Create(2f);
        var four = Vector256.Create(4f);
        for (var index = 0; index < image.PixelCount; index += Step)
        {
            var r = Vector256.Load(red + index);
            var g = Vector256.Load(green + index);
            var b = Vector256.Load(blue + index);
            var largest = Vector256.Max(r, Vector256.Max(g, b));
            var chroma = largest - Vector256.Min(r, Vector256.Min(g, b));
            var isGray = Vector256.Equals(chroma, Vector256<float>.Zero);
            var scale = Vector256<float>.One / Vector256.ConditionalSelect(isGray, Vector256<float>.One, chroma);
            var hue = Vector256.ConditionalSelect(
                Vector256.Equals(largest, r),
                (g - b) * scale,
                Vector256.ConditionalSelect(Vector256.Equals(largest, g), two + ((b - r) * scale), four + ((r - g) * scale)));
            hue += shift;
            Colour(hue, 5, largest, chroma).Store(red + index);
            Colour(hue, 3, largest, chroma).Store(green + index);
            Colour(hue, 1, largest, chroma).Store(blue + index);
        }
    }

    private static Vector256<float> Colour(Vector256<float> hue, float offset, Vector256<float> largest, Vector256<float> chroma)
    {
        var sextants = hue + Vector256.Create(offset);
        var place = sextants - (Vector256.Floor(sextants * (1f / 6f)) * 6f);
        return largest - (chroma * Limit(Vector256.Min(place, Vector256.Create(4f) - place)));
    }

    private static Vector256<float> Gray(Vector256<float> red, Vector256<float> green, Vector256<float> blue) =>
        (red * RedShare) + (green * GreenShare) + (blue * BlueShare);

    private static Vector256<float> Limit(Vector256<float> value) =>
        Vector256.Min(Vector256.Max(value, Vector256<float>.Zero), Vector256<float>.One);
}
