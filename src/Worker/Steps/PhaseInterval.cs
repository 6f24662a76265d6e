namespace LightlyCluster.Worker.Steps;

/// <summary>A time in which a phase of a step ran.</summary>
/// <param name="Phase">The phase.</param>
/// <param name="Offset">Time since the step began.</param>
/// <param name="Duration">How long it ran.</param>
internal sealed record PhaseInterval(string Phase, TimeSpan Offset, TimeSpan Duration)
{
    /// <summary>When it ended, since the step began.</summary>
    public TimeSpan End => Offset + Duration;
}
