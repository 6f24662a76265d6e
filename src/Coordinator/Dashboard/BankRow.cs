namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>How a memory bank stands.</summary>
internal sealed record BankRow(int Size, int KeysPerStep, int Filled, long OldestSteps);
