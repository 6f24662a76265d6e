using System.Collections.Concurrent;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Telemetry;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Transport.Peer;

/// <summary>This worker's connections to the others of a job, each opened when it is needed first. Addresses and secret come from META.</summary>
internal sealed partial class PeerLinks(string job, string incarnation, IPeerStore store, TransportInstruments instruments, TimeProvider clock, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>After a failure, a worker counts as gone for so long: whoever needs its bytes helps itself meanwhile.</summary>
    private static readonly TimeSpan Suspicion = TimeSpan.FromSeconds(1);

    private const int AskedElsewhereMaximum = 8;

    private readonly ConcurrentDictionary<string, Peer> _peers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private PeerBook _book = new("", new Dictionary<string, string>());

    /// <summary>Reads a payload from a worker's memory.</summary>
    /// <returns>False when it is not there or the worker cannot be reached; the destination then holds anything.</returns>
    /// <exception cref="StoreAwayException">META does not say where the worker is.</exception>
    public async Task<bool> TryReadAsync(string owner, string key, Memory<byte> destination)
    {
        var (link, _) = await OpenAsync(owner);
        if (link is null)
        {
            return false;
        }

        var isRead = await link.ReadAsync(key, destination);
        if (!isRead && link.HasEnded)
        {
            Suspect(_peers[owner], "the connection has ended");
        }

        return isRead;
    }

    /// <summary>Copies what lies at a place of a worker's memory, where it is on this machine.</summary>
    /// <returns>False when it is not or cannot be reached; the destination then holds anything.</returns>
    /// <exception cref="StoreAwayException">META does not say where the worker is.</exception>
    public async Task<bool> TryReadMemoryAsync(string owner, long place, Memory<byte> destination)
    {
        var (link, _) = await OpenAsync(owner);
        return link?.TryReadMemory(place, destination.Span) ?? false;
    }

    /// <summary>Reads a payload from any worker but some that has it.</summary>
    /// <param name="except">Who has been asked.</param>
    /// <param name="key">The payload.</param>
    /// <param name="isRight">Whether what was read is what is looked for.</param>
    /// <param name="destination">Where the bytes go.</param>
    /// <returns>False when nobody has it.</returns>
    public async Task<bool> TryReadElsewhereAsync(string except, string key, Func<bool> isRight, Memory<byte> destination)
    {
        foreach (var other in _book.Addresses.Keys.Where(other => other != except && other != incarnation).Take(AskedElsewhereMaximum))
        {
            if (await TryReadAsync(other, key, destination) && isRight())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The connection to a worker.</summary>
    /// <returns>The connection, or why there is none.</returns>
    /// <exception cref="StoreAwayException">META does not say where the worker is.</exception>
    public async Task<(PeerLink? Link, string Problem)> OpenAsync(string owner)
    {
        var peer = _peers.GetOrAdd(owner, _ => new());
        if (peer.Link is { HasEnded: false } open)
        {
            return (open, "");
        }

        await peer.Opening.WaitAsync();
        try
        {
            if (peer.Link is { HasEnded: false } opened)
            {
                return (opened, "");
            }

            if (_stop.IsCancellationRequested || (peer.SuspectSince != 0 && clock.GetElapsedTime(peer.SuspectSince) < Suspicion))
            {
                return (null, peer.Problem);
            }

            return await ConnectAsync(owner, peer);
        }
        finally
        {
            peer.Opening.Release();
        }
    }

    /// <summary>Reads anew who serves payloads.</summary>
    public async Task<PeerBook> ReadBookAsync() => _book = await store.ReadAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var peer in _peers.Values)
        {
            await peer.Opening.WaitAsync();
            await (peer.Link?.DisposeAsync() ?? ValueTask.CompletedTask);
            peer.Opening.Release();
        }

        _stop.Dispose();
    }

    private async Task<(PeerLink? Link, string Problem)> ConnectAsync(string owner, Peer peer)
    {
        if (peer.Link is { } ended)
        {
            peer.Link = null;
            await ended.DisposeAsync();
        }

        // Always anew: a worker that came again has another address, and a job of which META forgot all has another secret.
        var book = await ReadBookAsync();
        if (!book.Addresses.TryGetValue(owner, out var text) || PeerAddress.TryRead(text) is not { } address)
        {
            return Suspect(peer, "META has no address of it");
        }

        try
        {
            var (link, problem) = await PeerLink.OpenAsync(address, job, owner, book.Secret, instruments, clock, _stop.Token);
            if (link is null)
            {
                LogUnreachable(owner, address.Host, address.Port, problem);
                return Suspect(peer, $"{address.Host}, port {address.Port}: {problem}");
            }

            peer.SuspectSince = 0;
            peer.Link = link;
            return (link, "");
        }
        catch (OperationCanceledException)
        {
            return (null, "this worker ends its part");
        }
    }

    private (PeerLink? Link, string Problem) Suspect(Peer peer, string problem)
    {
        (peer.SuspectSince, peer.Problem) = (clock.GetTimestamp(), problem);
        return (null, problem);
    }

    [LoggerMessage(2203, LogLevel.Warning, "Worker incarnation {Incarnation} cannot be reached at {Host}, port {Port} ({Problem}): what it holds counts as gone and is "
        + "computed here. If it lives, open the port between workers, or use sync.transport redis.")]
    private partial void LogUnreachable(string incarnation, string host, int port, string problem);

    private sealed class Peer
    {
        public SemaphoreSlim Opening { get; } = new(1, 1);

        public PeerLink? Link { get; set; }

        public long SuspectSince { get; set; }

        public string Problem { get; set; } = "";
    }
}
