namespace LightlyCluster.Client.Runs;

/// <summary>One lost incarnation.</summary>
/// <param name="Cause">How it was noticed.</param>
/// <param name="Step">The step that was being computed.</param>
/// <param name="Seconds">From detection to the next commit; null where there was none.</param>
/// <param name="DetectionSeconds">From the last sign of life to the detection.</param>
internal sealed record RecoveryResult(string Cause, long Step, double? Seconds, double DetectionSeconds);
