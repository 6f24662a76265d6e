namespace LightlyCluster.Observability.Names;

/// <summary>Names of meters and activity sources.</summary>
public static class TelemetryMeters
{
    /// <summary>What workers compute; meter and activity source.</summary>
    public const string Training = "LightlyCluster.Training";

    /// <summary>Leases and the store, as a process meets them; meter.</summary>
    public const string Store = "LightlyCluster.Store";

    /// <summary>GPUs; meter.</summary>
    public const string Hardware = "LightlyCluster.Hardware";

    /// <summary>Generations and losses; meter.</summary>
    public const string Membership = "LightlyCluster.Membership";

    /// <summary>Jobs and workers as the coordinator sees them; meter and activity source.</summary>
    public const string Jobs = "LightlyCluster.Jobs";

    /// <summary>Commands of people; activity source.</summary>
    public const string Client = "LightlyCluster.Client";
}
