namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>The fleet at one moment.</summary>
/// <param name="Leads">Whether this coordinator leads; otherwise it knows no workers.</param>
/// <param name="Leader">Where the leading coordinator can be reached; empty: here, or none is known.</param>
/// <param name="Jobs">The newest jobs, the newest first.</param>
/// <param name="JobCount">How many jobs there are.</param>
/// <param name="Workers">Connected workers.</param>
internal sealed record FleetView(bool Leads, string Leader, IReadOnlyList<JobSummary> Jobs, int JobCount, IReadOnlyList<WorkerRow> Workers);
