namespace LightlyCluster.Client.Runs;

/// <summary>One incarnation of a worker that took part.</summary>
/// <param name="Id">Name of the worker.</param>
/// <param name="Shards">Shards that it computed.</param>
/// <param name="ImagesPerSecond">Its speed.</param>
/// <param name="Joined">When it became a member.</param>
/// <param name="Left">When it ceased to be one.</param>
/// <param name="Reason">Why.</param>
internal sealed record WorkerResult(
    string Id, long Shards, double ImagesPerSecond, DateTimeOffset? Joined, DateTimeOffset? Left, string Reason);
