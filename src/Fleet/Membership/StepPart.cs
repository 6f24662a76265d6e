namespace LightlyCluster.Fleet.Membership;

/// <summary>What a member does for the running step.</summary>
public enum StepPart
{
    /// <summary>Nothing: it prepares, measures, writes a checkpoint or is no member.</summary>
    None,

    /// <summary>Computes its shards.</summary>
    Computing,

    /// <summary>Has done its part and waits for others.</summary>
    Waiting,
}
