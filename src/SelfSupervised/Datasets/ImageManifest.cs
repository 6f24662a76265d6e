using System.Buffers.Binary;
using System.Collections.Immutable;
using System.IO.Hashing;
using System.Text;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>The list of a data set's images: what a sample's number means.</summary>
/// <remarks>
/// Images stand in the ordinal order of their names, whatever order a file system lists them in. The digest covers names, sizes
/// and labels, so that two machines can tell in one comparison whether they hold the same data set; contents are not read.
/// </remarks>
public class ImageManifest
{
    /// <summary>Makes a manifest and computes its digest.</summary>
    /// <param name="names">Distinct names in ordinal order, with <c>/</c> between folders.</param>
    /// <param name="sizes">Number of bytes of each file.</param>
    /// <param name="labels">Class of each image, or null where the data set has no classes.</param>
    /// <param name="classNames">Name of each class; empty without labels.</param>
    /// <exception cref="ArgumentException">The lists do not belong together, or the names are not in order and distinct.</exception>
    public ImageManifest(
        IReadOnlyList<string> names, IReadOnlyList<long> sizes, IReadOnlyList<int>? labels, IReadOnlyList<string> classNames)
    {
        if (sizes.Count != names.Count || (labels is not null && labels.Count != names.Count))
        {
            throw new ArgumentException($"{names.Count} names need as many sizes and labels.", nameof(sizes));
        }

        for (var index = 1; index < names.Count; index++)
        {
            if (string.CompareOrdinal(names[index - 1], names[index]) >= 0)
            {
                throw new ArgumentException($"'{names[index]}' must come before '{names[index - 1]}'.", nameof(names));
            }
        }

        if (labels?.Any(label => label < 0 || label >= classNames.Count) == true)
        {
            throw new ArgumentException($"Labels must be 0 to {classNames.Count - 1}.", nameof(labels));
        }

        Names = [.. names];
        Labels = labels is null ? null : [.. labels];
        ClassNames = [.. classNames];
        Sizes = [.. sizes];
        Digest = ComputeDigest();
    }

    /// <summary>Makes a manifest of a list that computes its names.</summary>
    /// <param name="names">The names.</param>
    /// <param name="classes">Class of each image or null, and the name of each class; kept, not copied.</param>
    /// <param name="digest">Digest over everything that tells two data sets apart.</param>
    private protected ImageManifest(IReadOnlyList<string> names, (int[]? Labels, string[] Names) classes, string digest)
    {
        Names = names;
        Labels = classes.Labels;
        ClassNames = [.. classes.Names];
        Sizes = [];
        Digest = digest;
    }

    /// <summary>Number of images.</summary>
    public int Count => Names.Count;

    /// <summary>Names with <c>/</c> between folders: in ordinal order, or video by video.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Number of bytes of each image's file; empty for the frames of videos, which have none of their own.</summary>
    public ImmutableArray<long> Sizes { get; }

    /// <summary>Class of each image, 0 to the number of classes - 1; null where the data set has no classes.</summary>
    public int[]? Labels { get; }

    /// <summary>Name of each class in ordinal order; empty without labels.</summary>
    public ImmutableArray<string> ClassNames { get; }

    /// <summary>"xxh128:" and 32 hexadecimal digits over names, sizes, labels and class names.</summary>
    public string Digest { get; }

    /// <summary>The label that lightly gives an element: its class, else the number of its video, else 0.</summary>
    /// <param name="index">Index of the element.</param>
    /// <returns>The label.</returns>
    public virtual int LabelOf(int index) => Labels?[index] ?? 0;

    /// <summary>Finds an element by its name.</summary>
    /// <param name="name">Name of an element.</param>
    /// <returns>Its index; -1 where there is none.</returns>
    public virtual int IndexOf(string name)
    {
        var (low, high) = (0, Count - 1);
        while (low <= high)
        {
            var middle = low + ((high - low) / 2);
            var order = string.CompareOrdinal(Names[middle], name);
            if (order == 0)
            {
                return middle;
            }

            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    private string ComputeDigest()
    {
        var hash = new XxHash128();
        Span<byte> number = stackalloc byte[12];
        for (var index = 0; index < Names.Count; index++)
        {
            AppendText(hash, Names[index]);
            BinaryPrimitives.WriteInt64LittleEndian(number, Sizes[index]);
            BinaryPrimitives.WriteInt32LittleEndian(number[8..], Labels?[index] ?? -1);
            hash.Append(number);
        }

        foreach (var name in ClassNames)
        {
            AppendText(hash, name);
        }

        return $"xxh128:{hash.GetCurrentHashAsUInt128():x32}";
    }

    private static void AppendText(XxHash128 hash, string text)
    {
        hash.Append(Encoding.UTF8.GetBytes(text));
        hash.Append([(byte)0]);
    }
}
