namespace LightlyCluster.Fleet.Jobs;

/// <summary>A network that can be trained.</summary>
/// <param name="Name">Its name in a job file.</param>
/// <param name="FeatureCount">Dimensions of its features at width 1; other widths multiply it.</param>
/// <param name="ParameterCount">Numbers to train at width 1, without projection heads; other widths multiply them by their square.</param>
/// <param name="Description">What it is, in one sentence.</param>
public sealed record BackboneDefinition(string Name, int FeatureCount, long ParameterCount, string Description);
