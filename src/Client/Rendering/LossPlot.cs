using LightlyCluster.Client.Runs;
using ScottPlot;

namespace LightlyCluster.Client.Rendering;

/// <summary>Draws the loss over the steps, as <c>loss.png</c> and <c>loss.svg</c>.</summary>
internal static class LossPlot
{
    private const int Width = 960;
    private const int Height = 600;
    private const int PointsMaximum = 4000;

    /// <summary>Draws the curve where there is one.</summary>
    public static void Save(string folder, string method, IReadOnlyList<MetricsRow> rows)
    {
        if (rows.Count == 0)
        {
            return;
        }

        using var plot = new Plot();
        var shown = Shown(rows);
        var steps = shown.Select(row => (double)row.Step).ToArray();
        var losses = shown.Select(row => row.Loss).ToArray();
        var curve = plot.Add.ScatterLine(steps, losses);
        curve.LegendText = "each step";
        curve.Color = Colors.SteelBlue.WithAlpha(shown.Count > 50 ? 0.45 : 1);
        if (shown.Count > 50)
        {
            var mean = plot.Add.ScatterLine(steps, Smooth(losses));
            mean.LegendText = "mean of a tenth";
            mean.LineWidth = 3;
            mean.Color = Colors.DarkOrange;
            plot.ShowLegend(Alignment.UpperRight);
        }

        plot.Axes.Bottom.TickGenerator = new ScottPlot.TickGenerators.NumericAutomatic { IntegerTicksOnly = true };
        plot.Title($"Loss of {method}");
        plot.XLabel("Step");
        plot.YLabel("Loss");
        PlotFont.Apply(plot);
        plot.SavePng(Path.Combine(folder, "loss.png"), Width, Height);
        plot.SaveSvg(Path.Combine(folder, "loss.svg"), Width, Height);
    }

    private static List<MetricsRow> Shown(IReadOnlyList<MetricsRow> rows)
    {
        var stride = Math.Max(1, (rows.Count + PointsMaximum - 1) / PointsMaximum);
        return [.. rows.Where((row, index) => double.IsFinite(row.Loss) && (index % stride == 0 || index == rows.Count - 1))];
    }

    // The mean of the values around each one, over a tenth of the curve.
    private static double[] Smooth(double[] values)
    {
        var radius = Math.Max(1, values.Length / 20);
        return [.. values.Select((_, index) => values[Math.Max(0, index - radius)..Math.Min(values.Length, index + radius + 1)].Average())];
    }
}
