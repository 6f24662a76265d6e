namespace LightlyCluster.SelfSupervised.Tests.Randomness;

/// <summary>Statistical tests: the probability that data from the expected distribution look at least as odd as these.</summary>
internal static class GoodnessOfFit
{
    /// <summary>One-sample Kolmogorov-Smirnov test against a continuous distribution (asymptotic).</summary>
    public static double KolmogorovSmirnovProbability(IEnumerable<double> values, Func<double, double> distribution)
    {
        var sorted = values.Order().ToArray();
        var distance = 0.0;
        for (var index = 0; index < sorted.Length; index++)
        {
            var expected = distribution(sorted[index]);
            distance = Math.Max(distance, Math.Max(expected - ((double)index / sorted.Length), ((index + 1.0) / sorted.Length) - expected));
        }

        var root = Math.Sqrt(sorted.Length);
        return KolmogorovTail((root + 0.12 + (0.11 / root)) * distance);
    }

    /// <summary>Pearson's chi-square test (Wilson-Hilferty approximation of the tail).</summary>
    public static double ChiSquareProbability(IReadOnlyList<long> counts, IReadOnlyList<double> expected)
    {
        var statistic = counts.Zip(expected, (count, mean) => (count - mean) * (count - mean) / mean).Sum();
        double freedom = counts.Count - 1;
        var share = 2.0 / (9 * freedom);
        return 1 - NormalDistribution((Math.Cbrt(statistic / freedom) - (1 - share)) / Math.Sqrt(share));
    }

    /// <summary>Probability that a binomial count is at least as far from its mean, both sides (normal approximation).</summary>
    public static double BinomialProbability(long count, long draws, double probability)
    {
        var deviation = Math.Sqrt(draws * probability * (1 - probability));
        return deviation == 0
            ? (count == draws * probability ? 1 : 0)
            : 2 * (1 - NormalDistribution(Math.Abs(count - (draws * probability)) / deviation));
    }

    /// <summary>Distribution function of the standard normal distribution (Abramowitz and Stegun 7.1.26, error below 1e-7).</summary>
    public static double NormalDistribution(double value)
    {
        var x = Math.Abs(value) / Math.Sqrt(2);
        var t = 1 / (1 + (0.3275911 * x));
        var polynomial = ((((((((1.061405429 * t) - 1.453152027) * t) + 1.421413741) * t) - 0.284496736) * t) + 0.254829592) * t;
        var tail = polynomial * Math.Exp(-x * x) / 2;
        return value < 0 ? tail : 1 - tail;
    }

    private static double KolmogorovTail(double lambda)
    {
        if (lambda < 0.2)
        {
            return 1;
        }

        var sum = 0.0;
        for (var term = 1; term <= 100; term++)
        {
            sum += (term % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * lambda * lambda * term * term);
        }

        return sum;
    }
}
