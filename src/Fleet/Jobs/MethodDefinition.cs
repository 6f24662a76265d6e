namespace LightlyCluster.Fleet.Jobs;

/// <summary>A method of self-supervised learning that the fleet trains.</summary>
/// <param name="Name">Its name in a job file.</param>
/// <param name="Title">Its name in the literature.</param>
/// <param name="Preset">The transforms that it uses unless told otherwise.</param>
/// <param name="Parameters">What can be set.</param>
/// <param name="Description">What it does, in one sentence.</param>
/// <param name="Reference">Authors, title, year.</param>
public sealed record MethodDefinition(
    string Name,
    string Title,
    string Preset,
    IReadOnlyList<ParameterDefinition> Parameters,
    string Description,
    string Reference)
{
    /// <summary>Every parameter with its default, replaced by those given; unknown names are kept for the validator.</summary>
    public ParameterValues Resolve(IEnumerable<KeyValuePair<string, double>> given) => new(
        Parameters.Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Default)).Concat(given));
}
