namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>The samples that were chosen.</summary>
/// <param name="Indices">Their positions in the order of choice: the first n are the answer for n.</param>
/// <param name="Distances">
/// How far each was from all before it when it was chosen; 0 for the first one. With coreset these never grow, and the next one is the
/// coverage radius of those before.
/// </param>
/// <param name="CoverageRadius">The largest distance of any sample to the nearest chosen one.</param>
/// <param name="MeanDistance">The mean of these distances.</param>
/// <param name="DuplicateCount">Samples that equal an earlier one, and were left out where asked for.</param>
/// <param name="StoppedBy">What ended the choice: "count", "minimumDistance" or "candidates" (there were no more).</param>
public sealed record SampleSelection(
    IReadOnlyList<int> Indices,
    IReadOnlyList<double> Distances,
    double CoverageRadius,
    double MeanDistance,
    int DuplicateCount,
    string StoppedBy);
