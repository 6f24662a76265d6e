namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A traced step. Times are milliseconds since its beginning.</summary>
internal sealed record TraceRow(long Step, string TraceId, string Reason, double Milliseconds, IReadOnlyList<TracePart> Parts);
