namespace LightlyCluster.Fleet.Membership;

/// <summary>What a worker says about itself.</summary>
public enum WorkerStatus
{
    /// <summary>Has no job.</summary>
    Idle,

    /// <summary>Reads the data and builds the model, or fetches the state.</summary>
    Loading,

    /// <summary>Holds the newest state (or the one before it) and follows the log.</summary>
    Ready,

    /// <summary>Computes its shards.</summary>
    Training,

    /// <summary>Cannot take part; its message says why.</summary>
    Failed,
}
