namespace LightlyCluster.SelfSupervised.Backbones;

/// <summary>What a user can know of a backbone without making it.</summary>
/// <param name="Name">Name in a job file, "resnet-18".</param>
/// <param name="Width">Factor on the number of channels.</param>
/// <param name="FeatureCount">Number of features of an image.</param>
/// <param name="ParameterCount">Number of trained parameters.</param>
public sealed record BackboneDescription(string Name, double Width, long FeatureCount, long ParameterCount);
