namespace LightlyCluster.Fleet.Steps;

/// <summary>What a worker says about a state that it has reached.</summary>
/// <param name="Step">Number of the state: that of the step before it, plus one.</param>
/// <param name="Hash">Hash of the state; empty when it was not computed.</param>
/// <param name="Worker">Name of the worker, for people.</param>
/// <param name="Metrics">The step's metrics (JSON); the first report of each state leaves them.</param>
/// <param name="Seconds">How long the step took.</param>
/// <param name="NowMilliseconds">Milliseconds since 1970, for records only.</param>
/// <param name="IsDecisive">Whether a difference is to be decided without waiting for the other members.</param>
public sealed record StateReport(
    long Step, string Hash, string Worker, string Metrics, double Seconds, long NowMilliseconds, bool IsDecisive = false);
