namespace LightlyCluster.Client.Runs;

/// <summary>The ledger of samples, counted from the log.</summary>
/// <param name="Expected">Samples that the committed steps had planned.</param>
/// <param name="Committed">Samples in committed steps.</param>
/// <param name="Repeated">Samples committed more than once.</param>
/// <param name="Lost">Planned samples that no committed step holds.</param>
/// <param name="Replaced">Samples whose file did not decode.</param>
/// <param name="Verified">Samples that the audit at the end proved to be the planned ones, by content; 0 before the end.</param>
internal sealed record SampleResult(long Expected, long Committed, long Repeated, long Lost, long Replaced, long Verified);
