namespace LightlyCluster.Client.Runs;

/// <summary>How a run ended.</summary>
/// <param name="Result">Its result.</param>
/// <param name="ExitCode">What the shell is told.</param>
internal sealed record RunOutcome(RunResult Result, ExitCode ExitCode);
