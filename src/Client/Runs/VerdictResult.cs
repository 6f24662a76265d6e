namespace LightlyCluster.Client.Runs;

/// <summary>What limited a run.</summary>
/// <param name="Kind">compute-bound, input-bound, exchange-bound, straggler or memory.</param>
/// <param name="Summary">A sentence.</param>
/// <param name="Evidence">Figures that it rests on.</param>
/// <param name="Advice">The setting to change.</param>
internal sealed record VerdictResult(string Kind, string Summary, IReadOnlyList<string> Evidence, string Advice);
