namespace LightlyCluster.Fleet.Stores;

/// <summary>What became of a client's wish.</summary>
public enum ControlOutcome
{
    /// <summary>Done, or the job was like that already.</summary>
    Done,

    /// <summary>The request id had acted before.</summary>
    Repeated,

    /// <summary>There is no such job.</summary>
    Missing,

    /// <summary>The job is in a state in which this cannot be done.</summary>
    WrongState,

    /// <summary>The job is not as the caller saw it: its etag is another one.</summary>
    Changed,
}
