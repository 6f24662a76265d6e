namespace LightlyCluster.Worker.Tasks;

/// <summary>What an evaluation found.</summary>
/// <param name="Top1">Nearest-neighbour accuracy, 0 to 1; null without labels.</param>
/// <param name="NeighbourCount">k.</param>
/// <param name="Temperature">t.</param>
/// <param name="BankImages">Images in the bank.</param>
/// <param name="QueryImages">Images that were classified.</param>
/// <param name="CollapseStd">std of normalized embeddings times sqrt(d); 1 is healthy.</param>
/// <param name="Points">First two principal components of the features, for a plot.</param>
/// <param name="Labels">Class of each point; empty without labels.</param>
/// <param name="ClassNames">Names of the classes.</param>
/// <param name="Names">Name of each point's image.</param>
internal sealed record EvaluationResult(
    double? Top1,
    int NeighbourCount,
    double Temperature,
    int BankImages,
    int QueryImages,
    double CollapseStd,
    IReadOnlyList<double[]> Points,
    IReadOnlyList<int> Labels,
    IReadOnlyList<string> ClassNames,
    IReadOnlyList<string> Names);
