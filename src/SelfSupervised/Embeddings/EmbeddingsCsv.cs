using System.Globalization;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Writes embeddings as comma-separated values: in lightly's layout, or without labels.</summary>
/// <remarks>
/// Header <c>filenames,embedding_0,...,labels</c> (without labels: <c>filename,embedding_0,...</c>), one row an image, rows end in CR LF, fields with a comma, a quote or a line break
/// are quoted. Numbers are the shortest decimals that give the same number back.
/// </remarks>
public static class EmbeddingsCsv
{
    private static readonly char[] Quoted = [',', '"', '\r', '\n'];

    /// <summary>Writes a table of embeddings.</summary>
    /// <param name="writer">Where the text goes; borrowed.</param>
    /// <param name="names">Name of each image.</param>
    /// <param name="embeddings">Embedding of each image, all of one length; float or double.</param>
    /// <param name="labels">Label of each image.</param>
    /// <typeparam name="T">The number type.</typeparam>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static void Write<T>(
        TextWriter writer, IReadOnlyList<string> names, IReadOnlyList<IReadOnlyList<T>> embeddings, IReadOnlyList<int> labels)
        where T : IFormattable
    {
        if (names.Count != embeddings.Count || names.Count != labels.Count)
        {
            throw new ArgumentException(
                $"There are {names.Count} names, {embeddings.Count} embeddings and {labels.Count} labels: all must be as many.",
                nameof(names));
        }

        var dimension = embeddings.Count == 0 ? 0 : embeddings[0].Count;
        WriteRow(writer, ["filenames", .. Enumerable.Range(0, dimension).Select(index => $"embedding_{index}"), "labels"]);
        for (var row = 0; row < names.Count; row++)
        {
            if (embeddings[row].Count != dimension)
            {
                throw new ArgumentException(
                    $"The embedding of '{names[row]}' has {embeddings[row].Count} numbers, the first one {dimension}.", nameof(embeddings));
            }

            WriteRow(
                writer,
                [
                    names[row],
                    .. embeddings[row].Select(value => value.ToString("R", CultureInfo.InvariantCulture)),
                    labels[row].ToString(CultureInfo.InvariantCulture),
                ]);
        }
    }

    /// <summary>Writes a table, a run of rows at a time.</summary>
    /// <param name="writer">Where the text goes; borrowed.</param>
    /// <param name="table">The embeddings; borrowed.</param>
    /// <param name="isLightly">lightly's layout, with labels (0 where there are none); otherwise without labels.</param>
    public static void Write(TextWriter writer, EmbeddingTable table, bool isLightly)
    {
        var columns = Enumerable.Range(0, table.Dimension).Select(index => $"embedding_{index}");
        WriteRow(writer, isLightly ? ["filenames", .. columns, "labels"] : ["filename", .. columns]);
        var values = new float[table.Dimension];
        for (var row = 0; row < table.Count; row++)
        {
            table.Rows.Read(row, values);
            var fields = values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)).Prepend(table.Names[row]);
            WriteRow(writer, isLightly ? fields.Append((table.Labels?[row] ?? 0).ToString(CultureInfo.InvariantCulture)) : fields);
        }
    }

    private static void WriteRow(TextWriter writer, IEnumerable<string> fields)
    {
        writer.Write(string.Join(',', fields.Select(field =>
            field.IndexOfAny(Quoted) < 0 ? field : $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")));
        writer.Write("\r\n");
    }
}
