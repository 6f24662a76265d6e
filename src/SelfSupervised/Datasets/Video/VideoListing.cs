using System.Globalization;
using System.Text;

namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>What ffprobe prints in its compact form: a line a packet or frame, then the stream and the format.</summary>
internal sealed class VideoListing
{
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);

    /// <summary>Time stamp (null for "N/A") and the other field of each packet or frame, in the order of the file.</summary>
    public List<(long? Time, string Text)> Entries { get; } = [];

    /// <summary>Reads the output to its end.</summary>
    public void Read(Stream output)
    {
        using var reader = new StreamReader(output, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('|');
            switch (fields[0])
            {
                case "packet" or "frame":
                    Take(fields);
                    break;
                case "stream" or "format":
                    foreach (var field in fields.Skip(1))
                    {
                        var separator = field.IndexOf('=', StringComparison.Ordinal);
                        if (separator > 0)
                        {
                            _words.TryAdd(field[..separator], field[(separator + 1)..]);
                        }
                    }

                    break;
            }
        }
    }

    /// <summary>Tells whether the stream has a field.</summary>
    public bool Has(string field) => _words.ContainsKey(field);

    /// <summary>A field of the stream or format.</summary>
    public string Words(string field, string otherwise) => _words.GetValueOrDefault(field, otherwise);

    /// <summary>A field as a whole number; null where there is none.</summary>
    public long? Number(string field) =>
        double.TryParse(Words(field, ""), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? (long)Math.Round(number) : null;

    private void Take(string[] fields)
    {
        long? time = null;
        var text = "";
        foreach (var field in fields.Skip(1))
        {
            if (field.StartsWith("pts=", StringComparison.Ordinal) || field.StartsWith("best_effort_timestamp=", StringComparison.Ordinal))
            {
                time = long.TryParse(field.AsSpan(field.IndexOf('=', StringComparison.Ordinal) + 1), out var value) ? value : null;
            }
            else if (field.StartsWith("flags=", StringComparison.Ordinal) || field.StartsWith("key_frame=", StringComparison.Ordinal))
            {
                text = field[(field.IndexOf('=', StringComparison.Ordinal) + 1)..];
            }
        }

        Entries.Add((time, text));
    }
}
