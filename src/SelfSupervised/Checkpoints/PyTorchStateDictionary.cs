using System.Globalization;
using System.IO.Compression;
using System.Text;
using LightlyCluster.SelfSupervised.Checkpoints.Pickle;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>Writes and reads what PyTorch's <c>torch.save(model.state_dict(), path)</c> writes (since PyTorch 1.6).</summary>
/// <remarks>
/// A zip archive with the description of the tensors as a pickle and their numbers beside it. Reading runs nothing: a file that holds
/// anything else than dictionaries, numbers, texts and tensors is refused.
/// </remarks>
public static class PyTorchStateDictionary
{
    private const string Folder = "archive";
    private const int DescriptionBytesMaximum = 100_000_000;
    private const int DepthMaximum = 8;

    // The format has a time for each entry; a fixed one makes equal content equal files.
    private static readonly DateTimeOffset EntryTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes a file that <c>torch.load</c> reads: it appears complete under its name, or what was there before stays.</summary>
    /// <param name="path">Where the file goes; its folder must exist. A file of that name is replaced.</param>
    /// <param name="tensors">Tensors with distinct names, in the order of the dictionary; any device; borrowed.</param>
    /// <exception cref="ArgumentException">An element type is not supported.</exception>
    /// <exception cref="IOException">The file cannot be written; nothing but the old file is left.</exception>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Tensor)> tensors)
    {
        foreach (var (name, tensor) in tensors)
        {
            if (TensorPickler.StorageName(tensor.dtype) is null)
            {
                throw new ArgumentException($"The element type {tensor.dtype} of '{name}' is not supported.", nameof(tensors));
            }
        }

        var description = TensorPickler.Write(tensors);
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            WriteEntry(archive, "data.pkl", target => target.Write(description));
            WriteEntry(archive, "byteorder", target => target.Write("little"u8));
            for (var index = 0; index < tensors.Count; index++)
            {
                var tensor = tensors[index].Tensor;
                WriteEntry(
                    archive, "data/" + index.ToString(CultureInfo.InvariantCulture), target => TensorBytes.Write(target, tensor));
            }

            WriteEntry(archive, "version", target => target.Write("3\n"u8));
        });
    }

    /// <summary>Reads all tensors of a file; those in dictionaries within it have dotted names, "state_dict.conv1.weight".</summary>
    /// <param name="path">The file.</param>
    /// <returns>The tensors; dispose it.</returns>
    /// <exception cref="CheckpointException">The file is missing, of another format, damaged, or holds more than data.</exception>
    public static SafetensorsContent Read(string path)
    {
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            using var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            ReadTensors(archive, tensors);
            return new SafetensorsContent(tensors, new Dictionary<string, string>(StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or InvalidDataException
            or CheckpointException or OverflowException)
        {
            foreach (var tensor in tensors.Values)
            {
                tensor.Dispose();
            }

            throw new CheckpointException(Explain(path, exception), exception);
        }
    }

    private static string Explain(string path, Exception exception) => exception switch
    {
        CheckpointException => $"{path} is not a usable PyTorch file: {exception.Message}.",
        InvalidDataException => $"{path} is cut short or not a PyTorch file of version 1.6 or later. If it is older, load it and "
            + "save it again there.",
        _ => $"{path} cannot be read: {exception.Message}",
    };

    private static void WriteEntry(ZipArchive archive, string name, Action<Stream> write)
    {
        var entry = archive.CreateEntry($"{Folder}/{name}", CompressionLevel.NoCompression);
        entry.LastWriteTime = EntryTime;
        using var stream = entry.Open();
        write(stream);
    }

    private static void ReadTensors(ZipArchive archive, Dictionary<string, Tensor> tensors)
    {
        var description = archive.Entries.FirstOrDefault(entry => entry.FullName.EndsWith("/data.pkl", StringComparison.Ordinal))
            ?? throw new CheckpointException("it is an archive without data.pkl");
        var folder = description.FullName[..^"data.pkl".Length];
        if (archive.GetEntry(folder + "byteorder") is { } order && Encoding.ASCII.GetString(ReadBytes(order)) != "little")
        {
            throw new CheckpointException("its numbers are big-endian");
        }

        var found = new List<(string Name, PickledTensor Tensor)>();
        Collect(TensorUnpickler.Read(ReadBytes(description)), "", found, depth: 0);
        if (found.Count == 0)
        {
            throw new CheckpointException("it holds no tensors");
        }

        var storages = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        try
        {
            foreach (var (name, tensor) in found)
            {
                tensors[name] = View(Storage(archive, folder, tensor.Storage, storages), tensor, name);
            }
        }
        finally
        {
            foreach (var storage in storages.Values)
            {
                storage.Dispose();
            }
        }
    }

    private static void Collect(object? value, string name, List<(string Name, PickledTensor Tensor)> found, int depth)
    {
        if (value is PickledTensor tensor)
        {
            found.Add((name, tensor));
        }
        else if (value is PickledDictionary dictionary && depth < DepthMaximum)
        {
            foreach (var (key, item) in dictionary.Entries)
            {
                var text = Convert.ToString(key, CultureInfo.InvariantCulture)!;
                Collect(item, name.Length == 0 ? text : $"{name}.{text}", found, depth + 1);
            }
        }
    }

    private static Tensor Storage(ZipArchive archive, string folder, PickledStorage storage, Dictionary<string, Tensor> read)
    {
        if (read.TryGetValue(storage.Key, out var known))
        {
            return known.dtype == storage.Type && known.NumberOfElements == storage.Count
                ? known
                : throw new CheckpointException($"its storage '{storage.Key}' is described in two ways");
        }

        var entry = archive.GetEntry($"{folder}data/{storage.Key}")
            ?? throw new CheckpointException($"its storage '{storage.Key}' is missing");
        var size = SafetensorsType.Of(storage.Type)!.Value.Size;
        if (storage.Count < 0 || entry.Length != checked(storage.Count * size) || entry.CompressedLength != entry.Length)
        {
            throw new CheckpointException($"its storage '{storage.Key}' has {entry.Length} bytes instead of {storage.Count} x {size}");
        }

        using var stream = entry.Open();
        var numbers = TensorBytes.Read(stream, [storage.Count], storage.Type);
        read.Add(storage.Key, numbers);
        return numbers;
    }

    private static Tensor View(Tensor storage, PickledTensor tensor, string name)
    {
        var last = tensor.Offset;
        for (var dimension = 0; dimension < tensor.Shape.Count && dimension < tensor.Strides.Count; dimension++)
        {
            last = checked(last + (Math.Max(0, tensor.Shape[dimension] - 1) * tensor.Strides[dimension]));
        }

        var isEmpty = tensor.Shape.Contains(0);
        var isInside = tensor.Shape.Count == tensor.Strides.Count && tensor.Offset >= 0 && tensor.Shape.All(size => size >= 0)
            && tensor.Strides.All(stride => stride >= 0) && (isEmpty || last < storage.NumberOfElements);
        if (!isInside)
        {
            throw new CheckpointException($"its tensor '{name}' reaches beyond its storage");
        }

        using var scope = NewDisposeScope();
        var view = isEmpty
            ? empty([.. tensor.Shape], storage.dtype)
            : storage.as_strided([.. tensor.Shape], [.. tensor.Strides], tensor.Offset).contiguous().clone();
        return view.DetachFromDisposeScope();
    }

    private static byte[] ReadBytes(ZipArchiveEntry entry)
    {
        if (entry.Length > DescriptionBytesMaximum)
        {
            throw new CheckpointException($"its {entry.Name} has {entry.Length} bytes");
        }

        using var stream = entry.Open();
        var bytes = new byte[entry.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
