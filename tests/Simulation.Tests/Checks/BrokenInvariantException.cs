namespace LightlyCluster.Simulation.Tests.Checks;

/// <summary>A simulation found that something does not hold.</summary>
internal sealed class BrokenInvariantException(string message) : Exception(message);
