using System.Text.Json;

namespace LightlyCluster.Fleet.Stores;

/// <summary>A lost incarnation, as META keeps it.</summary>
/// <param name="Worker">Stable name of the worker.</param>
/// <param name="Cause">How it was noticed.</param>
/// <param name="Step">The step that was running.</param>
/// <param name="Seconds">Detection to the next commit; null until then.</param>
/// <param name="DetectionSeconds">Last sign of life to detection.</param>
/// <param name="Incarnation">The incarnation.</param>
public sealed record LossRecord(string Worker, string Cause, long Step, double? Seconds, double DetectionSeconds = 0, string Incarnation = "")
{
    /// <summary>Writes the record.</summary>
    public string Write() => JsonSerializer.Serialize(this);

    /// <summary>Reads a record.</summary>
    public static LossRecord Read(string json) => JsonSerializer.Deserialize<LossRecord>(json)!;
}
