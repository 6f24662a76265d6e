namespace LightlyCluster.Fleet.Jobs;

/// <summary>A loss that methods can be told to use.</summary>
/// <param name="Name">Its name in a job file.</param>
/// <param name="Parameters">What can be set, by lightly's names.</param>
/// <param name="Description">What it wants, in one sentence.</param>
public sealed record LossDefinition(string Name, IReadOnlyList<ParameterDefinition> Parameters, string Description);
