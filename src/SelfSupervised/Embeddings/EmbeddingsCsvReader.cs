using System.Globalization;
using System.Text;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Reads comma-separated embeddings, lightly's layout or without labels, and says in which line what is wrong.</summary>
internal static class EmbeddingsCsvReader
{
    private static readonly string[] NameColumns = ["filenames", "filename"];
    private static readonly string[] LabelColumns = ["labels", "label"];

    /// <summary>Columns that lightly's own files may have.</summary>
    private static readonly string[] IgnoredColumns = ["masked", "selected"];

    public static EmbeddingTable Read(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        var (header, _) = ReadRecord(reader, path, 1);
        if (header is null)
        {
            throw new EmbeddingFileException($"'{path}' is empty; make it anew with lightly embed.");
        }

        var columns = FindColumns(path, header);
        var names = new List<string>();
        var labels = columns.Label >= 0 ? new List<int>() : null;
        var values = new List<float>();
        var line = 2;
        while (ReadRecord(reader, path, line) is ({ } fields, var lines))
        {
            if (fields.Count != header.Count)
            {
                throw new EmbeddingFileException(
                    $"'{path}' line {line} has {fields.Count} fields, the header has {header.Count}; the file is cut short or edited.");
            }

            names.Add(fields[0]);
            foreach (var column in columns.Values)
            {
                values.Add(ReadNumber(path, line, header[column], fields[column]));
            }

            labels?.Add(int.TryParse(fields[columns.Label], NumberStyles.Integer, CultureInfo.InvariantCulture, out var label)
                ? label
                : throw new EmbeddingFileException($"'{path}' line {line}: the label '{fields[columns.Label]}' is no whole number."));
            line += lines;
        }

        return names.Count > 0
            ? new(names, new ArrayRows([.. values], columns.Values.Length), labels)
            : throw new EmbeddingFileException($"'{path}' holds no embeddings, only a header.");
    }

    /// <summary>Reads names and labels without embeddings: what stands beside a NumPy file.</summary>
    public static (IReadOnlyList<string> Names, IReadOnlyList<int>? Labels) ReadNames(string path)
    {
        using var reader = new StreamReader(path, Encoding.UTF8);
        var (header, _) = ReadRecord(reader, path, 1);
        if (header is not (["filenames"] or ["filenames", "labels"]))
        {
            throw new EmbeddingFileException($"'{path}' has not the header filenames or filenames,labels; make it anew with lightly embed.");
        }

        var names = new List<string>();
        var labels = header.Count == 2 ? new List<int>() : null;
        var line = 2;
        while (ReadRecord(reader, path, line) is ({ } fields, var lines))
        {
            var label = 0;
            if (fields.Count != header.Count || (header.Count == 2 && !int.TryParse(fields[1], NumberStyles.Integer, CultureInfo.InvariantCulture, out label)))
            {
                throw new EmbeddingFileException($"'{path}' line {line} is not a name{(header.Count == 2 ? " and a whole number" : "")}.");
            }

            names.Add(fields[0]);
            labels?.Add(label);
            line += lines;
        }

        return (names, labels);
    }

    private static float ReadNumber(string path, int line, string column, string text) =>
        float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : throw new EmbeddingFileException($"'{path}' line {line}: {column} is '{text}', which is no number.");

    private static (int[] Values, int Label) FindColumns(string path, IReadOnlyList<string> header)
    {
        var spaced = header.FirstOrDefault(name => name.Any(char.IsWhiteSpace));
        if (spaced is not null)
        {
            throw new EmbeddingFileException($"'{path}' has white space in the header column '{spaced}'; remove it.");
        }

        if (!NameColumns.Contains(header[0], StringComparer.Ordinal))
        {
            throw new EmbeddingFileException($"'{path}' does not begin with the column filenames, but with '{header[0]}'; it is no file of embeddings.");
        }

        var label = header.ToList().FindIndex(name => LabelColumns.Contains(name, StringComparer.Ordinal));
        var values = Enumerable.Range(1, header.Count - 1)
            .Where(column => column != label && !IgnoredColumns.Contains(header[column], StringComparer.Ordinal)).ToArray();
        var wrong = Array.Find(values, column => !header[column].StartsWith("embedding_", StringComparison.Ordinal));
        if (values.Length == 0 || wrong > 0)
        {
            throw new EmbeddingFileException(
                wrong > 0
                    ? $"'{path}' has the unknown column '{header[wrong]}'; known are filenames, embedding_0 and so on, labels."
                    : $"'{path}' has no column embedding_0.");
        }

        return (values, label);
    }

    /// <summary>Reads one record, whose quoted fields may hold line breaks.</summary>
    private static (List<string>? Fields, int Lines) ReadRecord(StreamReader reader, string path, int line)
    {
        var text = reader.ReadLine();
        if (text is null)
        {
            return (null, 0);
        }

        if (text.Length == 0)
        {
            throw new EmbeddingFileException($"'{path}' line {line} is empty; remove it.");
        }

        var lines = 1;
        while (text.Count(character => character == '"') % 2 == 1)
        {
            text += "\n" + (reader.ReadLine()
                ?? throw new EmbeddingFileException($"'{path}' line {line} has a quote that is never closed; the file is cut short or edited."));
            lines++;
        }

        return (Split(text), lines);
    }

    private static List<string> Split(string text)
    {
        if (!text.Contains('"', StringComparison.Ordinal))
        {
            return [.. text.Split(',')];
        }

        var fields = new List<string>();
        var field = new StringBuilder();
        var isQuoted = false;
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character == '"' && isQuoted && index + 1 < text.Length && text[index + 1] == '"')
            {
                field.Append('"');
                index++;
            }
            else if (character == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (character == ',' && !isQuoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(character);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }
}
