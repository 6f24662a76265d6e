using System.Text.Json;

namespace LightlyCluster.Client.Runs;

/// <summary><c>metrics.jsonl</c>: one line a committed step, on disk before the next one is shown.</summary>
internal sealed class MetricsFile : IDisposable
{
    private readonly StreamWriter _writer;

    /// <summary>Opens the file; what it holds stays.</summary>
    public MetricsFile(string path) => _writer = new StreamWriter(path, append: true) { AutoFlush = true };

    /// <summary>Reads the steps of a file in their order; a line that a crash cut short ends it.</summary>
    public static IReadOnlyList<MetricsRow> Read(string path)
    {
        var rows = new List<MetricsRow>();
        foreach (var line in File.Exists(path) ? File.ReadLines(path) : [])
        {
            try
            {
                if (JsonSerializer.Deserialize<MetricsRow>(line, RunJson.Compact) is { } row)
                {
                    rows.Add(row);
                }
            }
            catch (JsonException)
            {
                break;
            }
        }

        return rows;
    }

    /// <summary>Removes the steps after the given one, in one piece: the file is whole at any time.</summary>
    /// <returns>What stays.</returns>
    public static IReadOnlyList<MetricsRow> CutBack(string path, long step)
    {
        var rows = Read(path).Where(row => row.Step <= step).ToArray();
        File.WriteAllLines(path + ".new", rows.Select(row => JsonSerializer.Serialize(row, RunJson.Compact)));
        File.Move(path + ".new", path, overwrite: true);
        return rows;
    }

    /// <summary>Adds a step.</summary>
    public void Add(MetricsRow row) => _writer.WriteLine(JsonSerializer.Serialize(row, RunJson.Compact));

    /// <inheritdoc />
    public void Dispose() => _writer.Dispose();
}
