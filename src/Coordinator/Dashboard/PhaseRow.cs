namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A time in which a phase ran.</summary>
internal sealed record PhaseRow(string Phase, double Start, double Milliseconds);
