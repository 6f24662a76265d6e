namespace LightlyCluster.Fleet.Jobs;

/// <summary>When and where the state is saved.</summary>
public sealed record CheckpointSpecification
{
    /// <summary>Steps between checkpoints; 0: after each epoch. The end always writes one.</summary>
    public long Every { get; init; }

    /// <summary>How many numbered checkpoints stay beside the last one.</summary>
    public int Keep { get; init; } = JobDefaults.CheckpointsKept;

    /// <summary>The job's output folder, a path of the workers; empty: chosen by the coordinator.</summary>
    public string Uri { get; init; } = "";

    /// <summary>Start from this checkpoint, a path of the workers; empty: from state 0.</summary>
    public string ResumeFrom { get; init; } = "";

    /// <summary>Checkpoint and pause after this step; 0: run to the end. The schedule's horizon stays.</summary>
    public long StopAfterStep { get; init; }
}
