using System.Text.Json;
using LightlyCluster.SelfSupervised.Tests.Golden;
using LightlyCluster.SelfSupervised.Tests.Randomness;
using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

/// <summary>Compares what we draw with what torchvision drew 10,000 times: moments, deciles, rates and orders.</summary>
internal static class SamplingGoldenChecks
{
    private const int Draws = 10_000;

    // Sixteen and more tests with fixed seeds: a threshold that an honest generator passes for nearly every seed.
    private const double SmallestProbability = 1e-4;

    [GoldenCheck("sampling")]
    internal static void CheckSampling(GoldenCase golden)
    {
        foreach (var crops in golden.Root.GetProperty("random_resized_crop").EnumerateArray())
        {
            CheckCrops(crops);
        }

        CheckRates(golden.Root.GetProperty("theory").GetProperty("rates"));
    }

    private static void CheckCrops(JsonElement golden)
    {
        var height = golden.GetProperty("image_hw")[0].GetInt32();
        var width = golden.GetProperty("image_hw")[1].GetInt32();
        var options = new ViewTransformOptions
        {
            MinScale = golden.GetProperty("scale")[0].GetDouble(),
            MaxScale = golden.GetProperty("scale")[1].GetDouble(),
        };
        golden.GetProperty("draws").GetInt32().ShouldBe(Draws);
        var pipeline = new ViewPipeline([options]);
        var boxes = Enumerable.Range(0, Draws).Select(sample => pipeline.Draw(height, width, sample, 1, 0, 0).Crop).ToArray();
        var what = $"{height}x{width} {options.MinScale}";

        CheckDistribution(
            boxes.Select(box => (double)box.Height * box.Width / ((double)height * width)),
            golden.GetProperty("area_fraction"), $"{what} area");
        CheckDistribution(
            boxes.Select(box => Math.Log((double)box.Width / box.Height)),
            golden.GetProperty("log_aspect_w_over_h"), $"{what} aspect");
        CheckDistribution(
            boxes.Where(box => box.Height < height).Select(box => (double)box.Top / (height - box.Height)),
            golden.GetProperty("rel_top_given_room"), $"{what} top");
        CheckDistribution(
            boxes.Where(box => box.Width < width).Select(box => (double)box.Left / (width - box.Width)),
            golden.GetProperty("rel_left_given_room"), $"{what} left");

        var whole = boxes.Count(box => box.Height == height && box.Width == width);
        var expected = golden.GetProperty("full_image_rate").GetDouble() * Draws;
        Math.Abs(whole - expected).ShouldBeLessThanOrEqualTo(4 * Math.Sqrt(whole + expected + 1), $"{what} whole image");
    }

    // Two samples of 10,000: means and deviations are compared by their joint standard errors, and at each of the other's deciles
    // our share below it by a binomial test with twice the variance. Sizes are whole pixels, so a decile may stand on many equal
    // values: those count on whichever side is kinder.
    private static void CheckDistribution(IEnumerable<double> values, JsonElement golden, string what)
    {
        var sorted = values.Order().ToArray();
        var mean = golden.GetProperty("mean").GetDouble();
        var deviation = golden.GetProperty("std").GetDouble();
        var standardError = deviation * Math.Sqrt(2.0 / sorted.Length);
        Math.Abs(sorted.Average() - mean).ShouldBeLessThan(4 * standardError, $"{what}: mean");
        var ourDeviation = Math.Sqrt(sorted.Select(value => (value - sorted.Average()) * (value - sorted.Average())).Average());
        (ourDeviation / deviation).ShouldBe(1, 4 * Math.Sqrt(2.0 / sorted.Length), $"{what}: deviation");

        var deciles = golden.GetProperty("deciles").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        for (var index = 0; index < deciles.Length; index++)
        {
            // The share below a decile lies between the share strictly below and the share up to it.
            var share = (index + 1) / 10.0;
            var below = sorted.Count(value => value < deciles[index] - 1e-9) / (double)sorted.Length;
            var upTo = sorted.Count(value => value <= deciles[index] + 1e-9) / (double)sorted.Length;
            var distance = Math.Max(0, Math.Max(below - share, share - upTo));
            var error = Math.Sqrt(2 * share * (1 - share) / sorted.Length);
            var probability = 2 * (1 - GoodnessOfFit.NormalDistribution(distance / error));
            probability.ShouldBeGreaterThan(SmallestProbability, $"{what}: decile {index + 1} at {deciles[index]}");
        }
    }

    private static void CheckRates(JsonElement rates)
    {
        var pipeline = new ViewPipeline([new ViewTransformOptions()]);
        var views = Enumerable.Range(0, Draws).Select(sample => pipeline.Draw(100, 100, sample, 2, 1, 0)).ToArray();

        RequireRate(views.Count(view => view.HorizontalFlip), rates.GetProperty("RandomHorizontalFlip"));
        RequireRate(views.Count(view => view.VerticalFlip), rates.GetProperty("RandomVerticalFlip"));
        RequireRate(views.Count(view => view.RotationDegrees != 0), rates.GetProperty("RandomRotate"));
        RequireRate(views.Count(view => view.ColorJitter.Length > 0), rates.GetProperty("RandomApply(ColorJitter)"));
        RequireRate(views.Count(view => view.Grayscale), rates.GetProperty("RandomGrayscale"));
        RequireRate(views.Count(view => view.BlurSigma > 0), rates.GetProperty("GaussianBlur"));
        RequireUniform(views.Where(view => view.BlurSigma > 0).Select(view => view.BlurSigma), 0.1, 2);
        foreach (var operation in Enum.GetValues<ColorOperation>())
        {
            var amounts = views.SelectMany(view => view.ColorJitter).Where(adjustment => adjustment.Operation == operation)
                .Select(adjustment => (double)adjustment.Amount);
            RequireUniform(amounts, operation == ColorOperation.Hue ? -0.2 : 0.2, operation == ColorOperation.Hue ? 0.2 : 1.8);
        }

        // All 24 orders of the four operations are equally likely.
        var orders = views.Where(view => view.ColorJitter.Length > 0)
            .GroupBy(view => string.Concat(view.ColorJitter.Select(adjustment => (int)adjustment.Operation)))
            .Select(group => group.LongCount()).ToArray();
        orders.Length.ShouldBe(24);
        double[] equal = [.. Enumerable.Repeat(orders.Sum() / 24.0, 24)];
        GoodnessOfFit.ChiSquareProbability(orders, equal).ShouldBeGreaterThan(SmallestProbability);
    }

    private static void RequireRate(int count, JsonElement rate) =>
        GoodnessOfFit.BinomialProbability(count, Draws, rate.GetDouble()).ShouldBeGreaterThan(SmallestProbability);

    private static void RequireUniform(IEnumerable<double> values, double low, double high) =>
        GoodnessOfFit.KolmogorovSmirnovProbability(values, value => (value - low) / (high - low)).ShouldBeGreaterThan(SmallestProbability);
}
