using System.Text;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Images in tar archives, read in place.</summary>
/// <remarks>
/// Members are called <c>class/name.jpg</c>, or are WebDataset samples, whose label stands in a member of the same key that ends in
/// <c>.cls</c>. Where a name occurs in more than one archive, all names get the archive's name in front, so that names stay distinct.
/// </remarks>
public sealed class TarImageSource : ImageFileSource
{
    private const int ClassesMaximum = 1 << 20;

    private readonly TarEntries _entries;

    /// <summary>Indexes archives by their headers.</summary>
    /// <param name="archives">Paths of the archives, at least one.</param>
    /// <exception cref="DatasetException">An archive is missing, cut short or damaged, or there are no images in any.</exception>
    public TarImageSource(IReadOnlyList<string> archives)
        : this(TarEntries.Read(archives))
    {
    }

    private TarImageSource(TarEntries entries)
        : base(Index(entries))
    {
        _entries = entries;
    }

    /// <inheritdoc/>
    public override byte[] ReadBytes(int index)
    {
        RequireIndex(index);
        var (archive, member) = _entries.Images[index];
        return TarEntries.ReadMember(_entries.Files[archive], member);
    }

    /// <summary>The archives directly in a folder, in ordinal order of their names.</summary>
    internal static IReadOnlyList<string> ListArchives(string folder) =>
        [.. Directory.EnumerateFiles(folder)
            .Where(path => path.EndsWith(".tar", StringComparison.OrdinalIgnoreCase) && !Path.GetFileName(path).StartsWith('.'))
            .Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _entries.Dispose();
        }

        base.Dispose(disposing);
    }

    private static ImageManifest Index(TarEntries entries)
    {
        try
        {
            return Label(entries);
        }
        catch
        {
            entries.Dispose();
            throw;
        }
    }

    private static ImageManifest Label(TarEntries entries)
    {
        var names = entries.Images.ConvertAll(image => image.Member.Name);
        var sizes = entries.Images.ConvertAll(image => image.Member.Bytes);
        var (labels, classNames) = entries.Classes.Count > 0
            ? LabelByClassMembers(entries)
            : ClassFolders.Label(entries.PlainNames);
        return new ImageManifest(names, sizes, labels, classNames);
    }

    private static (int[] Labels, string[] ClassNames) LabelByClassMembers(TarEntries entries)
    {
        var texts = new string[entries.Images.Count];
        for (var index = 0; index < texts.Length; index++)
        {
            var archive = entries.Images[index].Archive;
            if (!entries.Classes.TryGetValue((archive, TarEntries.KeyOf(entries.PlainNames[index])), out var member))
            {
                throw new DatasetException($"'{entries.PlainNames[index]}' has no .cls member, but other images of the archives have one.");
            }

            texts[index] = Encoding.UTF8.GetString(TarEntries.ReadMember(entries.Files[archive], member)).Trim();
        }

        var numbers = texts.Select(text => int.TryParse(text, out var number) ? number : -1).ToArray();
        return numbers.All(number => number is >= 0 and < ClassesMaximum)
            ? (numbers, [.. Enumerable.Range(0, numbers.Max() + 1).Select(number => $"{number}")])
            : ClassFolders.LabelByText(texts);
    }
}
