namespace LightlyCluster.Worker.Steps;

/// <summary>How a worker's part in a step ended.</summary>
internal enum StepOutcome
{
    /// <summary>The step is committed and its reduced vector is here.</summary>
    Complete,

    /// <summary>The step is committed, but its reduced vector is not here: catch up.</summary>
    CommittedElsewhere,

    /// <summary>The job does not run, or this worker is no member: look again.</summary>
    LookAgain,
}
