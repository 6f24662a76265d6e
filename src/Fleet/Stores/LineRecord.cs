using System.Text.Json;

namespace LightlyCluster.Fleet.Stores;

/// <summary>A line of a job's log for people, as META keeps it.</summary>
/// <param name="Time">Milliseconds since 1970.</param>
/// <param name="Worker">Who says it; "coordinator" for the coordinator.</param>
/// <param name="Level">information, warning or error.</param>
/// <param name="Text">The line.</param>
public sealed record LineRecord(long Time, string Worker, string Level, string Text)
{
    /// <summary>Writes a line.</summary>
    public static string Write(DateTimeOffset time, string worker, string level, string text) =>
        JsonSerializer.Serialize(new LineRecord(time.ToUnixTimeMilliseconds(), worker, level, text.Length > 4000 ? text[..4000] : text));

    /// <summary>Reads a line.</summary>
    public static LineRecord Read(string json) => JsonSerializer.Deserialize<LineRecord>(json)!;
}
