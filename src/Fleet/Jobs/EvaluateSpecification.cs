namespace LightlyCluster.Fleet.Jobs;

/// <summary>What is measured.</summary>
public sealed record EvaluateSpecification
{
    /// <summary>Nearest-neighbour accuracy before and after training, where folder names give labels.</summary>
    public bool Knn { get; init; } = true;

    /// <summary>Labelled images for evaluation; empty: every fifth image of each class is held out as a query.</summary>
    public string TestPath { get; init; } = "";
}
