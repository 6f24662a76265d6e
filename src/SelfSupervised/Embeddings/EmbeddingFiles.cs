using System.Text;
using LightlyCluster.SelfSupervised.Checkpoints;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Writes and reads files of embeddings in every <see cref="EmbeddingFormat"/>.</summary>
public static class EmbeddingFiles
{
    private static readonly (string Name, EmbeddingFormat Format, string Extension)[] Known =
    [
        ("lightly-csv", EmbeddingFormat.LightlyCsv, ".csv"),
        ("csv", EmbeddingFormat.Csv, ".csv"),
        ("parquet", EmbeddingFormat.Parquet, ".parquet"),
        ("npy", EmbeddingFormat.Npy, ".npy"),
        ("safetensors", EmbeddingFormat.Safetensors, ".safetensors"),
    ];

    /// <summary>The names of the formats.</summary>
    public static IReadOnlyList<string> FormatNames { get; } = [.. Known.Select(entry => entry.Name)];

    /// <summary>The format of a name, or of a path's extension.</summary>
    /// <param name="name">One of <see cref="FormatNames"/>; empty: by the path.</param>
    /// <param name="path">The file.</param>
    /// <returns>The format.</returns>
    /// <exception cref="EmbeddingFileException">There is no such name, or the path has another extension.</exception>
    public static EmbeddingFormat FormatOf(string name, string path)
    {
        var index = name.Length > 0
            ? Array.FindIndex(Known, entry => entry.Name == name)
            : Array.FindIndex(Known, entry => path.EndsWith(entry.Extension, StringComparison.OrdinalIgnoreCase));
        return index >= 0
            ? Known[index].Format
            : throw new EmbeddingFileException(
                name.Length > 0
                    ? $"There is no format '{name}' for embeddings; known are {string.Join(", ", FormatNames)}."
                    : $"'{path}' does not end in .csv, .parquet, .npy or .safetensors; name it so, or name the format.");
    }

    /// <summary>Writes a file that appears complete under its name, or not at all.</summary>
    /// <param name="path">Where; its folder must exist. A file of that name is replaced.</param>
    /// <param name="format">The format.</param>
    /// <param name="table">The embeddings; borrowed.</param>
    /// <param name="cancellationToken">Stops; nothing is left then.</param>
    /// <returns>The names of the files written, the file itself first.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        string path, EmbeddingFormat format, EmbeddingTable table, CancellationToken cancellationToken)
    {
        switch (format)
        {
            case EmbeddingFormat.LightlyCsv or EmbeddingFormat.Csv:
                WriteText(path, writer => EmbeddingsCsv.Write(writer, table, format == EmbeddingFormat.LightlyCsv));
                return [path];
            case EmbeddingFormat.Npy:
                WriteText(NumpyFile.CompanionOf(path), writer => NumpyFile.WriteCompanion(writer, table));
                AtomicFile.Write(path, stream => NumpyFile.Write(stream, table.Rows));
                return [path, NumpyFile.CompanionOf(path)];
            case EmbeddingFormat.Safetensors:
                AtomicFile.Write(path, stream => EmbeddingsSafetensors.Write(stream, table));
                return [path];
            default:
                await EmbeddingsParquet.WriteAsync(path, table, cancellationToken);
                return [path];
        }
    }

    /// <summary>Reads a file of any format. Numbers of .npy and .safetensors stay in the file until they are asked for.</summary>
    /// <param name="path">The file; its extension tells the format.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <returns>The embeddings; disposed by the caller.</returns>
    /// <exception cref="EmbeddingFileException">The file is missing, empty, cut short, or of another format.</exception>
    public static async Task<EmbeddingTable> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var format = FormatOf("", path);
        if (!File.Exists(path))
        {
            throw new EmbeddingFileException($"There is no file '{path}'; make one with lightly embed.");
        }

        try
        {
            return format switch
            {
                EmbeddingFormat.Npy => NumpyFile.Read(path),
                EmbeddingFormat.Safetensors => EmbeddingsSafetensors.Read(path),
                EmbeddingFormat.Parquet => await EmbeddingsParquet.ReadAsync(path, cancellationToken),
                _ => EmbeddingsCsvReader.Read(path),
            };
        }
        catch (CheckpointException exception)
        {
            throw new EmbeddingFileException(exception.Message, exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new EmbeddingFileException($"'{path}' cannot be read: {exception.Message}", exception);
        }
    }

    private static void WriteText(string path, Action<StreamWriter> write) => AtomicFile.Write(path, stream =>
    {
        using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), bufferSize: 1 << 16, leaveOpen: true);
        write(writer);
    });
}
