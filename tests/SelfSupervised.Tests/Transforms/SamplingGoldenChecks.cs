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
        CheckViews(golden.Root.GetProperty("simclr_view_transform"));
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
        var theirDraws = golden.GetProperty("draws").GetInt32();
        var pipeline = new ViewPipeline([options]);
        var boxes = Enumerable.Range(0, Draws).Select(sample => pipeline.Draw(height, width, sample, 1, 0, 0).Crop).ToArray();
        var what = $"{height}x{width} {options.MinScale}";

        CheckDistribution(
            boxes.Select(box => (double)box.Height * box.Width / ((double)height * width)),
            golden.GetProperty("area_fraction"), theirDraws, $"{what} area");
        CheckDistribution(
            boxes.Select(box => Math.Log((double)box.Width / box.Height)),
            golden.GetProperty("log_aspect_w_over_h"), theirDraws, $"{what} aspect");
        CheckDistribution(
            boxes.Where(box => box.Height < height).Select(box => (double)box.Top / (height - box.Height)),
            golden.GetProperty("rel_top_given_room"), theirDraws, $"{what} top");
        CheckDistribution(
            boxes.Where(box => box.Width < width).Select(box => (double)box.Left / (width - box.Width)),
            golden.GetProperty("rel_left_given_room"), theirDraws, $"{what} left");

        var whole = boxes.Count(box => box.Height == height && box.Width == width);
        RequireSameRate(whole / (double)Draws, Draws, golden.GetProperty("full_image_rate").GetDouble(), theirDraws, $"{what} whole image");
    }

    // Two samples: means and deviations are compared by their joint standard errors, and at each of the other's deciles
    // our share below it by a binomial test with the variance of both. Sizes are whole pixels, so a decile may stand on many equal
    // values: those count on whichever side is kinder.
    private static void CheckDistribution(IEnumerable<double> values, JsonElement golden, int theirCount, string what)
    {
        var sorted = values.Order().ToArray();
        var mean = golden.GetProperty("mean").GetDouble();
        var deviation = golden.GetProperty("std").GetDouble();
        var variance = (1.0 / sorted.Length) + (1.0 / theirCount);
        var standardError = deviation * Math.Sqrt(variance);
        Math.Abs(sorted.Average() - mean).ShouldBeLessThan(4 * standardError, $"{what}: mean");
        var ourDeviation = Math.Sqrt(sorted.Select(value => (value - sorted.Average()) * (value - sorted.Average())).Average());
        (ourDeviation / deviation).ShouldBe(1, 4 * Math.Sqrt(variance), $"{what}: deviation");

        var deciles = golden.GetProperty("deciles").EnumerateArray().Select(value => value.GetDouble()).ToArray();
        for (var index = 0; index < deciles.Length; index++)
        {
            // The share below a decile lies between the share strictly below and the share up to it.
            var share = (index + 1) / 10.0;
            var below = sorted.Count(value => value < deciles[index] - 1e-9) / (double)sorted.Length;
            var upTo = sorted.Count(value => value <= deciles[index] + 1e-9) / (double)sorted.Length;
            var distance = Math.Max(0, Math.Max(below - share, share - upTo));
            var error = Math.Sqrt(share * (1 - share) * variance);
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

    /// <summary>What the SimCLR view does, against what lightly's did: rates, factors, first operations and blurs.</summary>
    private static void CheckViews(JsonElement golden)
    {
        var pipeline = new ViewPipeline([new ViewTransformOptions()]);
        var views = Enumerable.Range(0, Draws).Select(sample => pipeline.Draw(100, 100, sample, 3, 0, 0)).ToArray();
        var theirDraws = golden.GetProperty("draws").GetInt32();
        var rates = golden.GetProperty("rates");
        void Rate(Func<ViewParameters, bool> happens, string name) => RequireSameRate(
            views.Count(happens) / (double)Draws, Draws, rates.GetProperty(name).GetDouble(), theirDraws, name);

        Rate(view => view.HorizontalFlip, "RandomHorizontalFlip");
        Rate(view => view.VerticalFlip, "RandomVerticalFlip");
        Rate(view => view.RotationDegrees != 0, "RandomRotate");
        Rate(view => view.ColorJitter.Length > 0, "RandomApply(ColorJitter)");
        Rate(view => view.Grayscale, "RandomGrayscale");
        Rate(view => view.BlurSigma > 0, "GaussianBlur");

        var jitters = views.Where(view => view.ColorJitter.Length > 0).Select(view => view.ColorJitter).ToArray();
        var theirJitters = (int)(theirDraws * rates.GetProperty("RandomApply(ColorJitter)").GetDouble());
        foreach (var operation in Enum.GetValues<ColorOperation>())
        {
            CheckDistribution(
                jitters.Select(jitter => (double)jitter.Single(adjustment => adjustment.Operation == operation).Amount),
                golden.GetProperty("color_jitter").GetProperty(operation.ToString().ToLowerInvariant()), theirJitters, $"{operation}");
            RequireSameRate(
                jitters.Count(jitter => jitter[0].Operation == operation) / (double)jitters.Length, jitters.Length,
                golden.GetProperty("color_jitter").GetProperty("first_op_rate")[(int)operation].GetDouble(), theirJitters, $"{operation} first");
        }

        CheckDistribution(
            views.Where(view => view.BlurSigma > 0).Select(view => view.BlurSigma), golden.GetProperty("blur_sigma_when_applied"),
            (int)(theirDraws * rates.GetProperty("GaussianBlur").GetDouble()), "blur");
    }

    /// <summary>A two-sample test of shares.</summary>
    private static void RequireSameRate(double ours, int ourCount, double theirs, int theirCount, string what)
    {
        var share = ((ours * ourCount) + (theirs * theirCount)) / (ourCount + theirCount);
        var error = Math.Sqrt(share * (1 - share) * ((1.0 / ourCount) + (1.0 / theirCount)));
        Math.Abs(ours - theirs).ShouldBeLessThanOrEqualTo(4 * error, $"{what}: {ours} against {theirs}");
    }

    private static void RequireRate(int count, JsonElement rate) =>
        GoodnessOfFit.BinomialProbability(count, Draws, rate.GetDouble()).ShouldBeGreaterThan(SmallestProbability);

    private static void RequireUniform(IEnumerable<double> values, double low, double high) =>
        GoodnessOfFit.KolmogorovSmirnovProbability(values, value => (value - low) / (high - low)).ShouldBeGreaterThan(SmallestProbability);
}
