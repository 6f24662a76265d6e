namespace LightlyCluster.Fleet.Membership;

/// <summary>The life of an incarnation.</summary>
/// <remarks>
/// Idle -> Joining (it was given a job) -> CatchingUp (prepared; has or fetches the state) -> Active (in the plan) -> Draining (it said
/// that it goes) -> Left. A death makes Active or Draining Fenced, an error makes anything Failed; both are final for a job. A worker
/// whose job ends, or is taken back, is Idle again.
/// </remarks>
public enum MemberPhase
{
    /// <summary>Has no job.</summary>
    Idle,

    /// <summary>Reads the data and builds the model.</summary>
    Joining,

    /// <summary>Prepared; fetches the state or follows the log, without a share.</summary>
    CatchingUp,

    /// <summary>Belongs to the running generation.</summary>
    Active,

    /// <summary>Said that it goes; no new generation counts on it.</summary>
    Draining,

    /// <summary>Went in order.</summary>
    Left,

    /// <summary>Declared dead: nothing it writes is accepted; it must come as a new incarnation.</summary>
    Fenced,

    /// <summary>Cannot take part in its job; its report says why.</summary>
    Failed,
}
