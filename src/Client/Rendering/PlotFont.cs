using ScottPlot;

namespace LightlyCluster.Client.Rendering;

/// <summary>The font of all plots, which comes with the program: a machine without fonts would draw no text at all.</summary>
internal static class PlotFont
{
    private const string Name = "DejaVu Sans";

    private static readonly Lazy<string> Loaded = new(Load);

    /// <summary>The file of the font.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "Fonts", "DejaVuSans.ttf");

    /// <summary>Uses the font for everything in a plot.</summary>
    public static void Apply(Plot plot)
    {
        plot.Font.Set(Loaded.Value);
        plot.Legend.FontName = Loaded.Value;
    }

    private static string Load()
    {
        foreach (var isBold in new[] { false, true })
        {
            Fonts.AddFontFile(Name, Path, isBold, italic: false);
        }

        Fonts.Default = Name;
        return Name;
    }
}
