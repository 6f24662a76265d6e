using System.Text.Json;
using LightlyCluster.Client.Runs;
using ScottPlot;

namespace LightlyCluster.Client.Rendering;

/// <summary>Draws embeddings in two dimensions, one colour a class, as <c>embeddings.png</c> and <c>embeddings.svg</c>.</summary>
internal static class EmbeddingPlot
{
    private const int Width = 960;
    private const int Height = 720;
    private const int ClassesMaximum = 20;

    private static readonly MarkerShape[] Shapes = [MarkerShape.FilledCircle, MarkerShape.FilledTriangleUp, MarkerShape.FilledSquare];

    /// <summary>Draws the points where there are any.</summary>
    /// <param name="folder">Where the plots go.</param>
    /// <param name="path">The points, <see cref="EvaluationFile"/> as JSON.</param>
    public static void Save(string folder, string path)
    {
        if (!File.Exists(path) || Read(path) is not { Points.Count: > 0 } evaluation)
        {
            return;
        }

        using var plot = new Plot();
        var palette = new ScottPlot.Palettes.Category10();
        var groups = Group(evaluation);
        for (var i = 0; i < groups.Count; i++)
        {
            var points = groups[i].Points;
            var markers = plot.Add.ScatterPoints(points.Select(point => point[0]).ToArray(), points.Select(point => point[1]).ToArray());
            markers.Color = palette.GetColor(i).WithAlpha(0.75);
            markers.MarkerShape = Shapes[i / 10 % Shapes.Length];
            markers.MarkerSize = evaluation.Points.Count > 2000 ? 4 : 7;
            markers.LegendText = groups[i].Name;
        }

        if (groups.Count > 1)
        {
            plot.ShowLegend(Edge.Right);
        }

        plot.Title($"Embeddings of {evaluation.Points.Count} images (PCA)");
        plot.XLabel("First component");
        plot.YLabel("Second component");
        PlotFont.Apply(plot);
        plot.SavePng(Path.Combine(folder, "embeddings.png"), Width, Height);
        plot.SaveSvg(Path.Combine(folder, "embeddings.svg"), Width, Height);
    }

    private static EvaluationFile? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<EvaluationFile>(File.ReadAllText(path), RunJson.Compact);
        }
        catch (JsonException exception)
        {
            throw new CommandException(ExitCode.Failure, $"{path} cannot be drawn: {exception.Message}", exception);
        }
    }

    // Beyond the colours that can be told apart, classes share the last entry.
    private static List<(string Name, List<IReadOnlyList<double>> Points)> Group(EvaluationFile evaluation)
    {
        if (evaluation.Labels is not { Count: > 0 } labels || labels.Count != evaluation.Points.Count)
        {
            return [("images", [.. evaluation.Points])];
        }

        return [.. evaluation.Points
            .Zip(labels)
            .GroupBy(pair => Math.Clamp(pair.Second, -1, ClassesMaximum - 1))
            .OrderBy(group => group.Key)
            .Select(group => (NameOf(group.Key, evaluation.ClassNames), group.Select(pair => pair.First).ToList()))];
    }

    private static string NameOf(int label, IReadOnlyList<string>? names) => (label, names) switch
    {
        ( < 0, _) => "no label",
        (ClassesMaximum - 1, { Count: > ClassesMaximum }) => "other classes",
        _ => names is not null && label < names.Count ? names[label] : $"class {label}",
    };
}
