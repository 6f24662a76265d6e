using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Datasets.Video;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Saves elements of a data set as image files.</summary>
internal static class DatasetDump
{
    private const int JpegQuality = 95;

    /// <summary>Saves elements; see <see cref="LightlyDataset.Dump"/>.</summary>
    public static void Write(ImageSource source, string folder, IReadOnlyList<string> names, string? format)
    {
        var encoder = format switch
        {
            null => null,
            "png" => ImageEncoder.Png,
            "jpg" or "jpeg" => ImageEncoder.Jpeg(JpegQuality),
            _ => throw new ArgumentException($"The format is '{format}'; allowed are png and jpg.", nameof(format)),
        };
        if (source is VideoImageSource videos)
        {
            new FrameExtraction(videos, folder, encoder ?? ImageEncoder.Png) { IsOverwriting = true }.Run(names, CancellationToken.None);
            return;
        }

        var indices = names.Select(source.Manifest.IndexOf).ToArray();
        var unknown = names.Where((_, place) => indices[place] < 0).ToArray();
        if (unknown.Length > 0)
        {
            throw new DatasetException($"{unknown.Length} of {names.Count} names are not in the data set, for example '{unknown[0]}'.");
        }

        foreach (var index in indices)
        {
            var name = source.Manifest.Names[index];
            var path = Path.Combine(folder, encoder is null ? name : Path.ChangeExtension(name, encoder.Extension));
            var bytes = encoder is null && source is ImageFileSource files ? files.ReadBytes(index) : (encoder ?? ImageEncoder.Png).Encode(source.Decode(index));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            AtomicFile.Write(path, stream => stream.Write(bytes));
        }
    }
}
