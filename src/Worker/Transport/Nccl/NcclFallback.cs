using System.Collections.Concurrent;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Telemetry;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>DATA, where payloads go that a communicator does not move, under the keys that they were given for it.</summary>
internal sealed partial class NcclFallback(IPayloadStore data, TransportInstruments instruments, TimeProvider clock, ILogger logger)
{
    /// <summary>So long a worker that misses bytes waits for others to notice and to put them into DATA.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FlushLife = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, byte> _stored = new(StringComparer.Ordinal);

    /// <summary>How long facts of a generation stay in META after the last one was added.</summary>
    public static TimeSpan FactLife { get; } = TimeSpan.FromHours(1);

    /// <summary>A key in DATA that nobody ever used before.</summary>
    public string NewKey(string job, long step, string what, string incarnation, ReadOnlyMemory<byte> bytes) =>
        data.NewKey(job, step, what, incarnation, bytes);

    /// <summary>Stores a payload, once.</summary>
    /// <exception cref="StoreFullException">DATA has no room.</exception>
    public async Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        if (!_stored.TryAdd(key, 0))
        {
            return;
        }

        try
        {
            await data.WriteAsync(key, bytes, life);
            instruments.Sent(JobVocabulary.TransportRedis, bytes.Length);
        }
        catch
        {
            _stored.TryRemove(key, out _);
            throw;
        }
    }

    /// <summary>Stores what a communicator did not move. What cannot be stored counts as gone, and is computed again by whoever misses it.</summary>
    public async Task FlushAsync(IEnumerable<(string Key, byte[] Bytes)> payloads)
    {
        try
        {
            foreach (var (key, bytes) in payloads)
            {
                await WriteAsync(key, bytes, FlushLife);
            }
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            LogNotStored(error.Message);
        }
    }

    /// <summary>Reads a payload.</summary>
    /// <param name="key">Its key in DATA.</param>
    /// <param name="digest">Its digest.</param>
    /// <param name="destination">Receives the bytes.</param>
    /// <param name="isExpected">Whether its maker may still be about to store it: then this waits a little.</param>
    /// <returns>False when it is not there, or its bytes are others.</returns>
    public async Task<bool> TryReadAsync(string key, string digest, Memory<byte> destination, bool isExpected)
    {
        var began = clock.GetTimestamp();
        while (!await data.TryReadAsync(key, digest, destination))
        {
            if (!isExpected || clock.GetElapsedTime(began) > Grace)
            {
                return false;
            }

            await Task.Delay(NcclClock.BetweenLooks, clock);
        }

        instruments.Received(JobVocabulary.TransportRedis, destination.Length);
        return true;
    }

    /// <summary>Drops payloads, those that are there.</summary>
    public Task DeleteAsync(IEnumerable<string> keys) => data.DeleteAsync([.. keys.Where(key => _stored.TryRemove(key, out _))]);

    [LoggerMessage(2206, LogLevel.Warning, "NCCL: payloads that it did not move could not be stored either ({Error}): whoever needs them computes them again.")]
    private partial void LogNotStored(string error);
}
