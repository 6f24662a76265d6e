namespace LightlyCluster.Client.Runs;

/// <summary>One lost incarnation.</summary>
/// <param name="Cause">How it was noticed.</param>
/// <param name="Step">The step that was being computed.</param>
/// <param name="Seconds">From detection to the next commit; null where there was none.</param>
internal sealed record RecoveryResult(string Cause, long Step, double? Seconds);
