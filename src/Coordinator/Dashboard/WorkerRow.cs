namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A connected worker.</summary>
internal sealed record WorkerRow(
    string Id, string Incarnation, string Host, int ProcessId, string Device, string Status, string Job, long Step, double ImagesPerSecond, string Message,
    bool IsStraggler);
