namespace LightlyCluster.SelfSupervised.Memory;

/// <summary>What happens to keys that do not fit before the end of the bank.</summary>
public enum MemoryBankOverflow
{
    /// <summary>They go on at the start: nothing is lost.</summary>
    Wrap,

    /// <summary>They are dropped and the next batch begins at the start, as in lightly 1.5.26; for comparisons with it.</summary>
    Drop,
}
