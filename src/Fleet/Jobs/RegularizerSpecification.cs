namespace LightlyCluster.Fleet.Jobs;

/// <summary>A term that is added to the loss.</summary>
/// <param name="Name">A name of <see cref="RegularizerCatalog"/>.</param>
/// <param name="Parameters">Every parameter by its documented name.</param>
public sealed record RegularizerSpecification(string Name, ParameterValues Parameters)
{
    /// <summary>As a job file has it: <c>{name: co2, alpha: 1}</c>.</summary>
    public override string ToString() =>
        $"{{name: {Name}{string.Concat(Parameters.Select(pair => FormattableString.Invariant($", {pair.Key}: {pair.Value:R}")))}}}";
}
