namespace LightlyCluster.Client.Rendering;

/// <summary>Embeddings in two dimensions, as a worker writes them to <c>evaluation.json</c>.</summary>
/// <param name="Points">One [x, y] for each image.</param>
/// <param name="Labels">Class of each image; empty without labels.</param>
/// <param name="ClassNames">Names of the classes; empty without labels.</param>
internal sealed record EvaluationFile(
    IReadOnlyList<IReadOnlyList<double>> Points,
    IReadOnlyList<int>? Labels,
    IReadOnlyList<string>? ClassNames);
