namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The rules that the values of <see cref="ViewTransformOptions"/> obey.</summary>
internal static class ViewTransformValidation
{
    private const int SideMaximum = 4096;
    private const double SigmaMaximum = 256;

    /// <summary>Throws for the first value that is out of range.</summary>
    public static void Require(ViewTransformOptions options)
    {
        RequireSide(options.InputSize.Height);
        RequireSide(options.InputSize.Width);
        Require("minScale", options.MinScale, options.MinScale is > 0 and <= 1, "above 0 up to 1");
        Require(
            "maxScale", options.MaxScale, options.MaxScale >= options.MinScale && options.MaxScale <= 1,
            $"from minScale ({options.MinScale}) to 1");
        RequireProbability("hfProb", options.HfProb);
        RequireProbability("vfProb", options.VfProb);
        RequireProbability("rrProb", options.RrProb);
        RequireProbability("cjProb", options.CjProb);
        RequireProbability("randomGrayScale", options.RandomGrayScale);
        RequireProbability("gaussianBlur", options.GaussianBlur);
        RequireProbability("solarizationProb", options.SolarizationProb);
        RequireAmount("cjStrength", options.CjStrength);
        RequireAmount("cjBright", options.CjBright);
        RequireAmount("cjContrast", options.CjContrast);
        RequireAmount("cjSat", options.CjSat);
        RequireAmount("cjHue", options.CjHue);
        var hue = options.CjHue * options.CjStrength;
        Require("cjHue", hue, hue <= 0.5, "at most 0.5 when multiplied by cjStrength");
        Require(
            "solarizationThreshold", options.SolarizationThreshold, options.SolarizationThreshold is >= 0 and <= 256, "0 to 256");
        RequireRange("sigmas", options.Sigmas, 0, SigmaMaximum);
        if (options.RrDegrees is { } degrees)
        {
            RequireRange("rrDegrees", degrees, -360, 360);
        }

        for (var channel = 0; channel < 3; channel++)
        {
            var deviation = options.Normalize.Deviation(channel);
            Require("normalize.std", deviation, deviation > 0 && double.IsFinite(deviation), "above 0");
            var mean = options.Normalize.Mean(channel);
            Require("normalize.mean", mean, double.IsFinite(mean), "a finite number");
        }
    }

    private static void RequireSide(int side) => Require("inputSize", side, side is >= 1 and <= SideMaximum, $"1 to {SideMaximum} pixels");

    private static void RequireProbability(string name, double value) =>
        Require(name, value, value is >= 0 and <= 1, "a probability from 0 to 1");

    private static void RequireAmount(string name, double value) =>
        Require(name, value, value >= 0 && double.IsFinite(value), "0 or more");

    private static void RequireRange(string name, ValueRange range, double low, double high)
    {
        if (!(range.Low >= low && range.High <= high && range.Low <= range.High))
        {
            throw new ArgumentException(
                $"{name} is {range}; allowed are two numbers from {low} to {high}, the smaller one first.", name);
        }
    }

    private static void Require(string name, double value, bool isAllowed, string allowed)
    {
        if (!isAllowed)
        {
            throw new ArgumentException($"{name} is {value}; allowed is {allowed}.", name);
        }
    }
}
