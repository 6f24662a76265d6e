using System.Net;
using System.Text;
using StackExchange.Redis;

namespace LightlyCluster.Fleet.Redis.Payloads;

/// <summary>
/// Payloads over one connection of our own: bytes go from the caller's memory to the socket and back without a copy between.
/// </summary>
/// <remarks>
/// StackExchange.Redis parses a reply into memory of its own and hands out a copy; for 45 MB a step that costs more than the
/// transfer. A lost connection fails what was under way, as StackExchange.Redis does, and the next request opens a new one.
/// </remarks>
internal sealed class DirectPayloadChannel(EndPoint endpoint, ConfigurationOptions options, TimeSpan timeout, TimeProvider clock) : IPayloadChannel
{
    private readonly SemaphoreSlim _sending = new(1);
    private PayloadLink? _link;

    /// <inheritdoc/>
    public async Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        var head = Encoding.UTF8.GetBytes($"*5\r\n$3\r\nSET\r\n${Encoding.UTF8.GetByteCount(key)}\r\n{key}\r\n${bytes.Length}\r\n");
        var milliseconds = $"{(long)life.TotalMilliseconds}";
        var tail = Encoding.UTF8.GetBytes($"\r\n$2\r\nPX\r\n${milliseconds.Length}\r\n{milliseconds}\r\n");
        await (await SendAsync(head, bytes, tail, default)).Completion;
    }

    /// <inheritdoc/>
    public async Task<bool> TryReadAsync(string key, Memory<byte> destination) =>
        await (await SendAsync(PayloadLink.Request("GET", key), default, default, destination)).Completion;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_link is { } link)
        {
            await link.DisposeAsync();
        }

        _sending.Dispose();
    }

    private async Task<PendingReply> SendAsync(
        ReadOnlyMemory<byte> head, ReadOnlyMemory<byte> value, ReadOnlyMemory<byte> tail, Memory<byte> destination)
    {
        await _sending.WaitAsync();
        try
        {
            if (_link is { HasEnded: true } ended)
            {
                _link = null;
                await ended.DisposeAsync();
            }

            _link ??= await PayloadLink.OpenAsync(endpoint, options, timeout, clock);
            return await _link.SendAsync(head, value, tail, destination);
        }
        finally
        {
            _sending.Release();
        }
    }
}
