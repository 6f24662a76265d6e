using System.Globalization;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Transports;

/// <summary>How the payloads of a generation travel. No choice changes a bit of what is trained.</summary>
/// <param name="Name">A word of <c>sync.transport</c>, never <c>auto</c>.</param>
/// <param name="Why">Why that one, for people; empty where the job names it.</param>
public sealed record TransportChoice(string Name, string Why)
{
    /// <summary>The direct way must be so much faster to be worth a port on every worker.</summary>
    private const double WorthwhileFactor = 1.25;

    /// <summary>Through the store, as the job says.</summary>
    public static TransportChoice Redis { get; } = new(JobVocabulary.TransportRedis, "");

    /// <summary>Chooses for a generation: as the job says, or (<c>auto</c>) what should take the least time.</summary>
    /// <remarks>
    /// A sum of N bytes among W workers moves (3W - 2) N through the store, whoever takes part, and 2 (W - 1) / W N to and from each
    /// worker directly (docs/protocol.md, traffic). The store serves one worker as fast as it serves all together.
    /// </remarks>
    /// <param name="sync">The job's <c>sync</c>.</param>
    /// <param name="job">The job with what workers have measured.</param>
    /// <param name="workers">Members of the generation.</param>
    public static TransportChoice Of(SyncSpecification sync, JobRecord job, int workers)
    {
        if (sync.IsLocal)
        {
            // What it says of the computation is another matter; once a round the store does.
            return Redis;
        }

        if (sync.Transport != JobVocabulary.Auto)
        {
            return new(sync.Transport, "");
        }

        var bytes = job.VectorLength * sync.WireBytes;
        var links = job.Links;
        if (workers < 2)
        {
            return new(JobVocabulary.TransportRedis, "one worker: no gradients travel");
        }

        var size = Text($"{bytes / 1e6:0.##} MB a step, {workers} workers");
        if (links.Nccl.IsEverywhere)
        {
            return new(JobVocabulary.TransportNccl, $"{size}; each worker has a GPU of its own and NCCL, all on one machine");
        }

        size += links.Nccl.Problem.Length > 0 ? $"; not nccl ({links.Nccl.Problem})" : "";
        if (links.Blocked.Length > 0)
        {
            return new(JobVocabulary.TransportRedis, $"{size}; {links.Blocked}");
        }

        if (links.StoreBytesPerSecond <= 0 || links.PeerBytesPerSecond <= 0)
        {
            return new(JobVocabulary.TransportRedis, $"{size}; not measured yet");
        }

        var byStore = ((3 * workers) - 2) * bytes / links.StoreBytesPerSecond;
        var byPeers = 2.0 * (workers - 1) / workers * bytes / links.PeerBytesPerSecond;
        var why = Text(
            $"{size}; redis measured {links.StoreBytesPerSecond / 1e9:0.00} GB/s: about {byStore * 1e3:0.#} ms, worker to worker {links.PeerBytesPerSecond / 1e9:0.00} GB/s: about {byPeers * 1e3:0.#} ms");
        return new(byStore > byPeers * WorthwhileFactor ? JobVocabulary.TransportPeer : JobVocabulary.TransportRedis, why);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
