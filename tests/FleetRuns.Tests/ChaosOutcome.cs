using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>How a chaos run ended.</summary>
/// <param name="Faults">What was done.</param>
/// <param name="Job">The job as it ended.</param>
/// <param name="ExpectedHash">The state of an undisturbed run with one worker.</param>
/// <param name="Seconds">How long the disturbed run took.</param>
internal sealed record ChaosOutcome(IReadOnlyList<ChaosFault> Faults, TrainingJob Job, string ExpectedHash, double Seconds)
{
    /// <summary>What is wrong; empty when nothing is.</summary>
    public IReadOnlyList<string> Violations()
    {
        var samples = Job.Result.Samples;
        (bool IsBroken, string Text)[] checks =
        [
            (Job.State != TrainingJob.Types.State.Succeeded, $"the job is {Job.State} ({Job.Reason}: {Job.Message})"),
            (Job.Result.StateHash != ExpectedHash, $"the state is {Job.Result.StateHash}, undisturbed it is {ExpectedHash}"),
            (samples.Lost != 0, $"{samples.Lost} samples are lost"),
            (samples.RepeatedCount != 0, $"{samples.RepeatedCount} samples are repeated"),
            (samples.Committed != Job.StepsTotal * Job.Spec.Train.BatchSize, $"{samples.Committed} samples are committed"),
        ];
        return [.. checks.Where(check => check.IsBroken).Select(check => check.Text)];
    }
}
