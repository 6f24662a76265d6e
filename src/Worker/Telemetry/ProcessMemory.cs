namespace LightlyCluster.Worker.Telemetry;

/// <summary>Memory of this process.</summary>
/// <param name="Used">Bytes that are resident.</param>
/// <param name="Limit">Bytes that the machine or the container gives it.</param>
internal readonly record struct ProcessMemory(long Used, long Limit)
{
    /// <summary>Reads it; some tens of microseconds.</summary>
    public static ProcessMemory Read() => new(Environment.WorkingSet, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);
}
