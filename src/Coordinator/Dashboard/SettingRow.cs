namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A setting of a job.</summary>
internal sealed record SettingRow(string Name, string Value);
