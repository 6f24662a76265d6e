using System.Diagnostics.CodeAnalysis;
using LightlyCluster.SelfSupervised.Datasets.Storage;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>A folder or archive of images, or a folder of videos, as a list of (image, label, name).</summary>
/// <remarks>
/// Nothing but names and sizes is kept in memory; every access reads and decodes. The elements of a folder of videos are their frames;
/// the label of a frame is that of its class folder, else the number of its video. Safe to use from several threads.
/// </remarks>
public sealed class LightlyDataset : IImageDataset, IDisposable
{
    /// <summary>Opens a data set.</summary>
    /// <param name="inputDir">A folder of images, class folders or videos, a .tar archive, or a folder of archives.</param>
    /// <exception cref="DatasetException">The path is missing, holds no images, or an archive is damaged.</exception>
    public LightlyDataset(string inputDir)
        : this(ImageSources.Open(inputDir, ""))
    {
    }

    /// <summary>Makes a data set of a source.</summary>
    /// <param name="source">Where the bytes come from; owned from now on.</param>
    public LightlyDataset(ImageSource source)
    {
        Source = source;
    }

    /// <summary>Where the bytes come from, with the manifest.</summary>
    public ImageSource Source { get; }

    /// <inheritdoc/>
    public int Count => Source.Manifest.Count;

    /// <inheritdoc/>
    public ImageSample this[int index] =>
        new(Source.Decode(index), Source.Manifest.LabelOf(index), Source.Manifest.Names[index], index);

    /// <summary>Opens a data set; the name that lightly's guide uses.</summary>
    /// <param name="fromFolder">A folder of images, class folders or videos, a .tar archive, or a folder of archives.</param>
    /// <returns>The data set; the caller disposes it.</returns>
    /// <exception cref="DatasetException">The path is missing, holds no images, or an archive is damaged.</exception>
    public static LightlyDataset FromFolder(string fromFolder) => new(fromFolder);

    /// <summary>Opens a data set on a disk or in S3-compatible storage.</summary>
    /// <param name="inputDir">As in the constructor, or <c>s3://bucket/prefix</c>.</param>
    /// <param name="storage">How storage is reached.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The data set; the caller disposes it.</returns>
    /// <exception cref="DatasetException">The path is missing, holds no images, or something in it is damaged.</exception>
    /// <exception cref="IOException">The storage cannot be reached.</exception>
    public static async Task<LightlyDataset> OpenAsync(string inputDir, StorageOptions storage, CancellationToken cancellationToken) =>
        new(await ImageSources.OpenAsync(inputDir, new ImageSourceOptions { Storage = storage }, cancellationToken));

    /// <summary>Names of the elements, relative to the folder.</summary>
    /// <returns>The names in the order of the elements.</returns>
    [SuppressMessage("Design", "CA1024", Justification = "lightly's name for it.")]
    public IReadOnlyList<string> GetFilenames() => Source.Manifest.Names;

    /// <summary>Finds an element by its name; for a frame also by the tail <c>068536-mp4.png</c> where only one video can be meant.</summary>
    /// <param name="filename">Name of an element.</param>
    /// <returns>Its index; -1 where there is none.</returns>
    public int IndexOf(string filename) => Source.Manifest.IndexOf(filename);

    /// <summary>Saves elements as image files under their names; by name, so that no picture gets another one's.</summary>
    /// <param name="outputDir">Folder for the files; made where it is missing. Files that are there are written again.</param>
    /// <param name="filenames">Names of elements; null for all.</param>
    /// <param name="format">"png" or "jpg" (quality 95); null: image files are copied as they are, frames of videos become PNG.</param>
    /// <exception cref="ArgumentException">The format is another one.</exception>
    /// <exception cref="DatasetException">A name is not in the data set (nothing is written then), or an element does not decode.</exception>
    /// <exception cref="IOException">Bytes cannot be read or written.</exception>
    public void Dump(string outputDir, IReadOnlyList<string>? filenames = null, string? format = null) =>
        DatasetDump.Write(Source, outputDir, filenames ?? Source.Manifest.Names, format);

    /// <inheritdoc/>
    public void Dispose() => Source.Dispose();
}
