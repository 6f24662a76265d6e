namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A line of a job's log.</summary>
internal sealed record LineRow(long Time, string Author, string Level, string Text);
