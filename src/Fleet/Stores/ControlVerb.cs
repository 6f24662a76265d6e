namespace LightlyCluster.Fleet.Stores;

/// <summary>What a client can ask of a job.</summary>
public enum ControlVerb
{
    /// <summary>End it; committed steps stay.</summary>
    Cancel,

    /// <summary>Write a checkpoint at the next commit and rest.</summary>
    Pause,

    /// <summary>Go on after a pause.</summary>
    Resume,

    /// <summary>Remove its record, when it has ended or rests.</summary>
    Delete,
}
