using System.Globalization;

namespace LightlyCluster.Benchmarks;

/// <summary>What is said of several measurements.</summary>
internal static class Figures
{
    /// <summary>The middle of some values.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    /// <summary>"median (smallest to largest)", or the value where there is one.</summary>
    public static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 1 ? Text(sorted[0]) : $"{Text(Median(sorted))} ({Text(sorted[0])} to {Text(sorted[^1])})";
    }

    private static string Text(double value) => value.ToString(
        Math.Abs(value) switch { >= 100 => "N0", >= 10 => "F1", >= 1 => "F2", _ => "F3" }, CultureInfo.InvariantCulture);
}
