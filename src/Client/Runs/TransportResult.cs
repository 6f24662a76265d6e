namespace LightlyCluster.Client.Runs;

/// <summary>How payloads travelled between workers.</summary>
/// <param name="Name">redis or peer.</param>
/// <param name="Reason">Why that one, where the job says auto; empty otherwise.</param>
internal sealed record TransportResult(string Name, string Reason);
