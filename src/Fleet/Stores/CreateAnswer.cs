namespace LightlyCluster.Fleet.Stores;

/// <summary>The answer to a request for a new job.</summary>
/// <param name="Outcome">What became of it.</param>
/// <param name="Id">The job that the request has or asked for.</param>
public sealed record CreateAnswer(CreateOutcome Outcome, string Id);
