namespace LightlyCluster.Protocol.Tasks;

/// <summary>What was chosen; also the report file, there with the distance of each sample.</summary>
/// <param name="Method">coreset, weighted or random.</param>
/// <param name="Samples">All samples.</param>
/// <param name="Dimension">Numbers of an embedding.</param>
/// <param name="Chosen">Chosen samples, preselected ones included.</param>
/// <param name="Preselected">Samples that were chosen before.</param>
/// <param name="Duplicates">Samples whose embedding equals an earlier one's.</param>
/// <param name="CoverageRadius">Largest distance of any sample to the nearest chosen one.</param>
/// <param name="MeanDistance">Mean of these distances.</param>
/// <param name="StoppedBy">count, minimumDistance or candidates.</param>
/// <param name="Seconds">Time of choosing.</param>
/// <param name="Path">The list.</param>
/// <param name="Report">The report.</param>
public sealed record SampleResponse(
    string Method,
    int Samples,
    int Dimension,
    int Chosen,
    int Preselected,
    int Duplicates,
    double CoverageRadius,
    double MeanDistance,
    string StoppedBy,
    double Seconds,
    string Path,
    string Report);
