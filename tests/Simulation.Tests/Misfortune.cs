namespace LightlyCluster.Simulation.Tests;

/// <summary>What may befall a fleet.</summary>
public enum Misfortune
{
    /// <summary>A worker is killed and comes back some time later.</summary>
    KillWorker,

    /// <summary>All workers are killed at once and come back some time later.</summary>
    KillAllWorkers,

    /// <summary>A worker freezes for less than a lease.</summary>
    FreezeBriefly,

    /// <summary>A worker freezes for longer than a lease.</summary>
    FreezeLong,

    /// <summary>A worker joins.</summary>
    Join,

    /// <summary>A worker leaves in order.</summary>
    Leave,

    /// <summary>A stream of a worker breaks.</summary>
    BreakStream,

    /// <summary>The coordinator is killed and comes back some time later.</summary>
    KillCoordinator,

    /// <summary>A second coordinator starts.</summary>
    SecondCoordinator,

    /// <summary>The coordinator freezes beyond its leadership while another one takes over.</summary>
    TwoLeaders,

    /// <summary>META cannot be reached for a while.</summary>
    MetaAway,

    /// <summary>DATA cannot be reached for a while.</summary>
    DataAway,

    /// <summary>DATA loses everything.</summary>
    WipeData,

    /// <summary>DATA has no room for a while: the job is paused, and resumed when there is room again.</summary>
    FillData,
}
