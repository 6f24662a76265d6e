namespace LightlyCluster.Fleet.Verdicts;

/// <summary>What limited a run.</summary>
/// <param name="Kind">compute-bound, input-bound, exchange-bound, straggler or memory.</param>
/// <param name="Summary">A sentence.</param>
/// <param name="Evidence">Figures that it rests on.</param>
/// <param name="Advice">The setting to change.</param>
public sealed record RunVerdict(string Kind, string Summary, IReadOnlyList<string> Evidence, string Advice)
{
    /// <summary>Computing takes the time, as it should.</summary>
    public const string ComputeBound = "compute-bound";

    /// <summary>Steps wait for images.</summary>
    public const string InputBound = "input-bound";

    /// <summary>Steps wait for the network and the store.</summary>
    public const string ExchangeBound = "exchange-bound";

    /// <summary>Workers wait for a slow one.</summary>
    public const string Straggler = "straggler";

    /// <summary>Memory is short.</summary>
    public const string Memory = "memory";
}
