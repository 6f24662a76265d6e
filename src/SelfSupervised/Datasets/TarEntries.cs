using Microsoft.Win32.SafeHandles;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The open archives of a data set and where their images and labels lie.</summary>
internal sealed class TarEntries : IDisposable
{
    private const int ClassBytesMaximum = 4096;
    private const string ClassExtension = ".cls";

    /// <summary>The archives, open for reading.</summary>
    public List<SafeFileHandle> Files { get; } = [];

    /// <summary>Images in ordinal order of their distinct names.</summary>
    public List<(int Archive, TarMember Member)> Images { get; private set; } = [];

    /// <summary>Names of the images without an archive's name in front.</summary>
    public List<string> PlainNames { get; private set; } = [];

    /// <summary>Members that hold a label, by archive and sample key.</summary>
    public Dictionary<(int Archive, string Key), TarMember> Classes { get; } = [];

    /// <summary>Opens and indexes archives.</summary>
    /// <exception cref="DatasetException">An archive is missing or damaged, or there are no images.</exception>
    public static TarEntries Read(IReadOnlyList<string> archives)
    {
        var entries = new TarEntries();
        try
        {
            entries.Index(archives);
            return entries;
        }
        catch
        {
            entries.Dispose();
            throw;
        }
    }

    /// <summary>WebDataset's sample key: the name up to the first dot of its last part.</summary>
    public static string KeyOf(string name)
    {
        var dot = name.IndexOf('.', name.LastIndexOf('/') + 1);
        return dot < 0 ? name : name[..dot];
    }

    /// <summary>Reads the bytes of a member.</summary>
    /// <exception cref="IOException">The archive has become shorter or cannot be read.</exception>
    public static byte[] ReadMember(SafeFileHandle file, TarMember member)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(checked((int)member.Bytes));
        for (var done = 0; done < bytes.Length;)
        {
            var read = RandomAccess.Read(file, bytes.AsSpan(done), member.Offset + done);
            if (read == 0)
            {
                throw new IOException($"The archive that holds '{member.Name}' has become shorter since it was indexed.");
            }

            done += read;
        }

        return bytes;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var file in Files)
        {
            file.Dispose();
        }
    }

    private void Index(IReadOnlyList<string> archives)
    {
        // Within one archive a later member replaces an earlier one of the same name, as when it is unpacked.
        var images = new Dictionary<(int Archive, string Name), TarMember>();
        for (var archive = 0; archive < archives.Count; archive++)
        {
            foreach (var member in Open(archives[archive]))
            {
                if (Path.GetFileName(member.Name).StartsWith('.'))
                {
                    continue;
                }

                if (ImageExtensions.Matches(member.Name))
                {
                    images[(archive, member.Name)] = member;
                }
                else if (member.Name.EndsWith(ClassExtension, StringComparison.OrdinalIgnoreCase) && member.Bytes <= ClassBytesMaximum)
                {
                    Classes[(archive, KeyOf(member.Name))] = member;
                }
            }
        }

        if (images.Count == 0)
        {
            throw new DatasetException(
                $"Found no images in '{string.Join("', '", archives.Take(3))}'. "
                + $"Supported extensions are: {string.Join(", ", ImageExtensions.All)}.");
        }

        Order(images, archives);
    }

    private List<TarMember> Open(string path)
    {
        if (!File.Exists(path))
        {
            throw new DatasetException($"The archive '{path}' does not exist.");
        }

        var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        Files.Add(file);
        return TarIndexer.List(file, path);
    }

    private void Order(Dictionary<(int Archive, string Name), TarMember> images, IReadOnlyList<string> archives)
    {
        var isDistinct = images.Keys.Select(key => key.Name).Distinct(StringComparer.Ordinal).Count() == images.Count;
        var ordered = images
            .Select(image => (
                image.Key.Archive,
                Plain: image.Key.Name,
                Member: isDistinct
                    ? image.Value
                    : image.Value with { Name = $"{Path.GetFileName(archives[image.Key.Archive])}/{image.Key.Name}" }))
            .OrderBy(image => image.Member.Name, StringComparer.Ordinal)
            .ToList();
        Images = ordered.ConvertAll(image => (image.Archive, image.Member));
        PlainNames = ordered.ConvertAll(image => image.Plain);
    }
}
