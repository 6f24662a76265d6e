namespace LightlyCluster.Fleet.Jobs;

/// <summary>A network that can be trained.</summary>
/// <param name="Name">Its name in a job file.</param>
/// <param name="FeatureCount">Dimensions of its features at width 1; other widths multiply it.</param>
/// <param name="ParameterCount">Numbers to train at width 1, without projection heads; other widths multiply them by their square.</param>
/// <param name="Description">What it is, in one sentence.</param>
public sealed record BackboneDefinition(string Name, int FeatureCount, long ParameterCount, string Description)
{
    /// <summary>The architecture's name in the learning library.</summary>
    public string Architecture { get; init; } = Name;

    /// <summary>The stem unless told otherwise; empty for a vision transformer, which has none.</summary>
    public string Stem { get; init; } = JobVocabulary.StemSmall;

    /// <summary>Whether it is a vision transformer, which has patches instead of width, stem and batch normalization.</summary>
    public bool IsTransformer => Stem.Length == 0;
}
