namespace LightlyCluster.Protocol.Tasks;

/// <summary>Why a task ended without a result.</summary>
/// <param name="ExitCode">Exit code for the shell: 1 failure, 2 usage, data or checkpoint, 4 unavailable, 5 permission, 130 interrupted.</param>
/// <param name="Message">What, where, what is allowed, what to do; one line, or several.</param>
public sealed record TaskFailure(int ExitCode, string Message);
