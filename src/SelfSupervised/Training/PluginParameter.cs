namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A number that a job may set for a method of your own; switches are 0 and 1.</summary>
/// <param name="Name">Its key, in camelCase.</param>
/// <param name="Default">Its value where the job says nothing.</param>
/// <param name="Minimum">Smallest allowed value.</param>
/// <param name="Maximum">Largest allowed value.</param>
/// <param name="Description">What it does, in one sentence.</param>
public sealed record PluginParameter(string Name, double Default, double Minimum, double Maximum, string Description);
