namespace LightlyCluster.Fleet.Stores;

/// <summary>What became of a request for a new job.</summary>
public enum CreateOutcome
{
    /// <summary>The job is admitted.</summary>
    Created,

    /// <summary>The request id had made a job before; it is that one.</summary>
    Repeated,

    /// <summary>The id is taken by another request.</summary>
    Taken,

    /// <summary>The tenant has as many jobs as it may have that have not ended.</summary>
    TooManyJobs,

    /// <summary>The tenant has submitted as many jobs as it may in this minute.</summary>
    TooManySubmits,
}
