namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A lost incarnation.</summary>
internal sealed record RecoveryRow(string Worker, string Cause, long Step, double DetectionSeconds, double? Seconds);
