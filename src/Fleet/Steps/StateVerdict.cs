namespace LightlyCluster.Fleet.Steps;

/// <summary>How a reported state compares with the members' states.</summary>
public enum StateVerdict
{
    /// <summary>Equal to all that were reported, or not compared.</summary>
    Equal,

    /// <summary>Different from another member's, but not all members have reported: report again.</summary>
    Suspect,

    /// <summary>Different; where a member reported it, the job has failed and its message names hashes and members.</summary>
    Different,
}
