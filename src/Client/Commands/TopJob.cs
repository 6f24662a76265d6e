using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>A job of <c>lightly top</c>.</summary>
/// <param name="Job">The job.</param>
/// <param name="Last">Its newest committed step; null where it does not run.</param>
internal sealed record TopJob(TrainingJob Job, StepMetrics? Last)
{
    /// <summary>Images a second of the newest step; null where it does not run.</summary>
    public double? ImagesPerSecond => Last is { Seconds: > 0 } step ? JobSpecificationMapping.FromWire(Job.Spec).StepImages / step.Seconds : null;
}
