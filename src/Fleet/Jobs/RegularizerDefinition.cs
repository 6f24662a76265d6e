namespace LightlyCluster.Fleet.Jobs;

/// <summary>A term that is added to the loss of a method.</summary>
/// <param name="Name">Its name in a job file.</param>
/// <param name="Parameters">What can be set.</param>
/// <param name="Description">What it wants, in one sentence.</param>
public sealed record RegularizerDefinition(string Name, IReadOnlyList<ParameterDefinition> Parameters, string Description)
{
    /// <summary>Every parameter with its default, replaced by those given; unknown names are kept for the validator.</summary>
    public ParameterValues Resolve(IEnumerable<KeyValuePair<string, double>> given) => new(
        Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Default)).Concat(given));
}
