namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>What a session waits for.</summary>
internal enum NcclStage
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The others, to begin with.</summary>
    Opening,

    /// <summary>The first bytes.</summary>
    WarmingUp,

    /// <summary>The bytes of a round.</summary>
    Moving,
}
