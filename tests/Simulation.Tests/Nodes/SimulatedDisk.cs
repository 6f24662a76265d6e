namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>The output folder, which survives processes.</summary>
internal sealed class SimulatedDisk
{
    /// <summary>The newest checkpoint; null before the first.</summary>
    public (long Step, byte[] Bytes)? Checkpoint { get; set; }
}
