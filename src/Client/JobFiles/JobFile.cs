namespace LightlyCluster.Client.JobFiles;

/// <summary>A job file as read: checked for its keys and their kinds, without defaults.</summary>
/// <param name="Name">Its <c>metadata.name</c>; empty where it has none.</param>
/// <param name="Assignments">What it says, in its order.</param>
internal sealed record JobFile(string Name, IReadOnlyList<JobAssignment> Assignments)
{
    /// <summary>The version that this program reads and writes.</summary>
    public const string ApiVersion = "lightlycluster.dev/v1";

    /// <summary>The kind of document that a job file is.</summary>
    public const string Kind = "TrainingJob";
}
