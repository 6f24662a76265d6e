namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>What this worker serves of one job, as long as it takes part in it.</summary>
internal sealed class PeerOffer(string job, string incarnation, PayloadShelf shelf) : IDisposable
{
    private readonly CancellationTokenSource _ending = new();

    /// <summary>The job.</summary>
    public string Job => job;

    /// <summary>Who serves.</summary>
    public string Incarnation => incarnation;

    /// <summary>The payloads.</summary>
    public PayloadShelf Shelf => shelf;

    /// <summary>The job's secret; empty until it is known: nobody gets in before.</summary>
    public string Secret { get; set; } = "";

    /// <summary>Ends with this worker's part in the job.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        _ending.Cancel();
        _ending.Dispose();
    }
}
