using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>What telemetry says about a step that this worker has applied.</summary>
/// <param name="Job">The job.</param>
/// <param name="Method">The learning method.</param>
/// <param name="Step">Number of the step.</param>
/// <param name="Generation">The membership in which it was committed.</param>
/// <param name="IsFirstOfGeneration">Whether that membership began in this step.</param>
/// <param name="Shards">Shards computed here.</param>
/// <param name="ShardImages">Images of a shard.</param>
/// <param name="Duration">How long it took here.</param>
/// <param name="Median">How long a step takes here; zero while that is not known.</param>
/// <param name="Times">When each phase ran.</param>
internal sealed record StepRecord(
    string Job, string Method, long Step, long Generation, bool IsFirstOfGeneration, int Shards, int ShardImages, TimeSpan Duration, TimeSpan Median,
    PhaseTimes Times);
