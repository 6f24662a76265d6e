namespace LightlyCluster.Worker.Steps;

/// <summary>Takes part in one job, whatever its kind.</summary>
internal interface IJobRunner
{
    /// <summary>Runs until the job has ended for this worker. Never throws.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>What is prepared is kept when the run ends: the job will come again, to the next incarnation of this process.</summary>
    void KeepState();

    /// <summary>Saves what only this worker holds, before it leaves.</summary>
    Task PrepareToLeaveAsync();
}
