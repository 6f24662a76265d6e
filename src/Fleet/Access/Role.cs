namespace LightlyCluster.Fleet.Access;

/// <summary>What the bearer of a token may do.</summary>
public enum Role
{
    /// <summary>Look at the tenant's jobs and fetch their files.</summary>
    Viewer,

    /// <summary>A viewer who also submits, pauses, resumes, cancels and deletes the tenant's jobs.</summary>
    Submitter,

    /// <summary>A submitter for the jobs of every tenant.</summary>
    Admin,

    /// <summary>Take part in jobs as a worker; nothing else.</summary>
    Worker,
}
