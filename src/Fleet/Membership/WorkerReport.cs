namespace LightlyCluster.Fleet.Membership;

/// <summary>What a worker says about itself.</summary>
/// <param name="Job">The job it works for; empty for none.</param>
/// <param name="Status">How it stands.</param>
/// <param name="Step">The state it holds; -1 for none.</param>
/// <param name="Part">What it does for the step that follows that state.</param>
/// <param name="Shards">Shards computed for the job.</param>
/// <param name="ShardsPerSecond">Measured throughput of computing; 0 while unknown.</param>
/// <param name="Message">Why it failed; empty otherwise.</param>
public sealed record WorkerReport(
    string Job, WorkerStatus Status, long Step, StepPart Part = StepPart.None, long Shards = 0, double ShardsPerSecond = 0, string Message = "")
{
    /// <summary>Of a worker without a job.</summary>
    public static WorkerReport Idle { get; } = new("", WorkerStatus.Idle, -1);
}
