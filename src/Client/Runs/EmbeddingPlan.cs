using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Runs;

/// <summary>One embedding job on a local fleet.</summary>
/// <param name="Specification">What to embed; <c>embed.out</c> and <c>checkpoint.uri</c> are full paths.</param>
/// <param name="Workers">Worker processes.</param>
/// <param name="Redis">host:port of a Redis server; empty: an embedded store.</param>
internal sealed record EmbeddingPlan(JobSpecification Specification, int Workers, string Redis)
{
    /// <summary>Where finished blocks are until all are done.</summary>
    public string Folder => Specification.Checkpoint.Uri;
}
