using System.Collections.Immutable;
using System.Globalization;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The parameters of a view by name: for job files, overrides and documentation.</summary>
public static class TransformParameters
{
    private const string Probability = "0 to 1";
    private const string Amount = "0 or more";

    /// <summary>Every parameter in the order in which a view uses them.</summary>
    public static ImmutableArray<TransformParameter> All { get; } =
    [
        Define("inputSize", "224", "1 to 4096, or [height, width]", "Side of a view in pixels.",
            (options, value) => options with { InputSize = ReadSize("inputSize", value) }),
        Number("minScale", "0.08", "above 0 up to 1", "Smallest part of the image's area that a crop takes; 1 switches cropping off.",
            (options, value) => options with { MinScale = value }),
        Number("maxScale", "1", "minScale to 1", "Largest part of the image's area that a crop takes.",
            (options, value) => options with { MaxScale = value }),
        Define("interpolation", "bilinear", "bilinear, bicubic", "How a crop is resized; always antialiased.",
            (options, value) => options with { Interpolation = ReadInterpolation(value) }),
        Number("hfProb", "0.5", Probability, "Probability of a horizontal flip.",
            (options, value) => options with { HfProb = value }),
        Number("vfProb", "0", Probability, "Probability of a vertical flip.",
            (options, value) => options with { VfProb = value }),
        Number("rrProb", "0", Probability, "Probability of a rotation.",
            (options, value) => options with { RrProb = value }),
        Define("rrDegrees", "null", "null, d, or [low, high] within -360 to 360",
            "Range of the rotation; d means [-d, d], null a quarter turn.",
            (options, value) => options with { RrDegrees = ReadDegrees(value) }),
        Number("cjProb", "0.8", Probability, "Probability of colour jitter.",
            (options, value) => options with { CjProb = value }),
        Number("cjStrength", "1", Amount, "Multiplies the amounts of colour jitter.",
            (options, value) => options with { CjStrength = value }),
        Number("cjBright", "0.8", Amount, "Amount of brightness jitter.",
            (options, value) => options with { CjBright = value }),
        Number("cjContrast", "0.8", Amount, "Amount of contrast jitter.",
            (options, value) => options with { CjContrast = value }),
        Number("cjSat", "0.8", Amount, "Amount of saturation jitter.",
            (options, value) => options with { CjSat = value }),
        Number("cjHue", "0.2", "0 to 0.5 after cjStrength", "Amount of hue jitter in turns.",
            (options, value) => options with { CjHue = value }),
        Number("randomGrayScale", "0.2", Probability, "Probability of conversion to gray.",
            (options, value) => options with { RandomGrayScale = value }),
        Number("gaussianBlur", "0.5; 0 up to 64 pixels", Probability, "Probability of Gaussian blur.",
            (options, value) => options with { GaussianBlur = value }),
        Define("sigmas", "[0.1, 2]", "[low, high] within 0 to 256", "Range of the blur's standard deviation in pixels.",
            (options, value) => options with { Sigmas = ReadRange("sigmas", value) }),
        Number("solarizationProb", "0", Probability, "Probability of solarization.",
            (options, value) => options with { SolarizationProb = value }),
        Number("solarizationThreshold", "128", "0 to 256", "Values of 0 to 255 from this one on are inverted.",
            (options, value) => options with { SolarizationThreshold = value }),
    ];

    /// <summary>Sets a parameter by name.</summary>
    internal static ViewTransformOptions Apply(ViewTransformOptions options, string name, object? value)
    {
        var wanted = name.Replace("_", "", StringComparison.Ordinal);
        var parameter = All.FirstOrDefault(known => known.Name.Equals(wanted, StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"There is no transform parameter '{name}'; known are {string.Join(", ", All.Select(known => known.Name))}.", name);
        return parameter.Setter(options, value);
    }

    private static TransformParameter Define(
        string name, string standard, string range, string meaning, Func<ViewTransformOptions, object?, ViewTransformOptions> setter) =>
        new(name, standard, range, meaning, setter);

    private static TransformParameter Number(
        string name, string standard, string range, string meaning, Func<ViewTransformOptions, double, ViewTransformOptions> setter) =>
        Define(name, standard, range, meaning, (options, value) =>
            ReadNumbers(name, value) is [var number]
                ? setter(options, number)
                : throw new ArgumentException($"{name} is '{value}'; it must be one number.", name));

    private static ImageSize ReadSize(string name, object? value) => ReadNumbers(name, value) switch
    {
        [var side] when double.IsInteger(side) => (int)Math.Clamp(side, int.MinValue, int.MaxValue),
        [var height, var width] when double.IsInteger(height) && double.IsInteger(width) =>
            new ImageSize((int)Math.Clamp(height, int.MinValue, int.MaxValue), (int)Math.Clamp(width, int.MinValue, int.MaxValue)),
        _ => throw new ArgumentException($"{name} is '{value}'; it must be a whole number, or [height, width].", name),
    };

    private static ValueRange ReadRange(string name, object? value) => ReadNumbers(name, value) is [var low, var high]
        ? new ValueRange(low, high)
        : throw new ArgumentException($"{name} is '{value}'; it must be two numbers, [low, high].", name);

    private static ValueRange? ReadDegrees(object? value) => value switch
    {
        null or "" or "null" or "~" => null,
        _ => ReadNumbers("rrDegrees", value) switch
        {
            [var degrees] => new ValueRange(-Math.Abs(degrees), Math.Abs(degrees)),
            [var low, var high] => new ValueRange(low, high),
            _ => throw new ArgumentException($"rrDegrees is '{value}'; it must be null, one number, or [low, high].", nameof(value)),
        },
    };

    private static ResizeFilter ReadInterpolation(object? value) =>
        Enum.TryParse<ResizeFilter>($"{value}", ignoreCase: true, out var mode) && Enum.IsDefined(mode)
            ? mode
            : throw new ArgumentException($"interpolation is '{value}'; known are bilinear and bicubic.", nameof(value));

    private static double[] ReadNumbers(string name, object? value)
    {
        var parts = value switch
        {
            null => [],
            string text => text.Trim('[', ']', '(', ')', ' ').Split(',', StringSplitOptions.TrimEntries),
            System.Collections.IEnumerable list => list.Cast<object?>().Select(part => $"{part}").ToArray(),
            _ => [Convert.ToString(value, CultureInfo.InvariantCulture) ?? ""],
        };
        return Array.ConvertAll(parts, part => double.TryParse(part, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"{name} is '{value}'; '{part}' is no number.", name));
    }
}
