namespace LightlyCluster.Observability.Names;

/// <summary>What an instrument is.</summary>
public enum InstrumentKind
{
    /// <summary>Only grows.</summary>
    Counter,

    /// <summary>A distribution.</summary>
    Histogram,

    /// <summary>A value as it is when somebody looks.</summary>
    Gauge,
}
