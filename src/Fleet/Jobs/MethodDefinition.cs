namespace LightlyCluster.Fleet.Jobs;

/// <summary>A method of self-supervised learning that the fleet trains.</summary>
/// <param name="Name">Its name in a job file.</param>
/// <param name="Title">Its name in the literature.</param>
/// <param name="Preset">The transforms that it uses unless told otherwise.</param>
/// <param name="Parameters">What can be set, whatever the loss; a parameter of a loss stands here too where its default is the method's own.</param>
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
    /// <summary>The losses that fit, its own first: names of <see cref="LossCatalog"/>.</summary>
    public required IReadOnlyList<string> Losses { get; init; }

    /// <summary>The regularizers that fit: names of <see cref="RegularizerCatalog"/>.</summary>
    public IReadOnlyList<string> Regularizers { get; init; } = [RegularizerCatalog.Co2, RegularizerCatalog.KoLeo];

    /// <summary>How its parameters change unless told otherwise.</summary>
    public OptimizerDefaults Optimizer { get; init; } = OptimizerDefaults.Sgd;

    /// <summary>Every parameter with a loss.</summary>
    /// <param name="loss">A loss that fits; an unknown one has no parameters.</param>
    public IReadOnlyList<ParameterDefinition> ParametersWith(string loss)
    {
        var ofLoss = LossCatalog.Find(loss)?.Parameters ?? [];
        var own = Parameters.Where(parameter => loss == Losses[0] || !IsOfOtherLoss(parameter.Name, loss));
        return [.. own.Concat(ofLoss).DistinctBy(parameter => parameter.Name)];
    }

    /// <summary>Every parameter with its default, replaced by those given; unknown names are kept for the validator.</summary>
    public ParameterValues Resolve(string loss, IEnumerable<KeyValuePair<string, double>> given) => new(
        ParametersWith(loss).Select(parameter => KeyValuePair.Create(parameter.Name, parameter.Default)).Concat(given));

    // The method's own default of a loss's parameter holds for the method's own loss only.
    private bool IsOfOtherLoss(string parameter, string loss) => loss != Losses[0]
        && (LossCatalog.Find(Losses[0])?.Parameters.Any(known => known.Name == parameter) ?? false);
}
