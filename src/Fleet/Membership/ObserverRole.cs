namespace LightlyCluster.Fleet.Membership;

/// <summary>What an observer of the fleet may do.</summary>
public enum ObserverRole
{
    /// <summary>Another coordinator leads, or none is known: decide nothing.</summary>
    Follower,

    /// <summary>The leading coordinator.</summary>
    Leader,

    /// <summary>A member, while no coordinator leads: replaces members whose lease ended, nothing else.</summary>
    Deputy,
}
