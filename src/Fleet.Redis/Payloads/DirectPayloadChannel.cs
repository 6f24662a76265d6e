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
    private readonly SemaphoreSlim _opening = new(1);
    private PayloadLink? _link;

    /// <inheritdoc/>
    public async Task WriteAsync(string key, ReadOnlyMemory<byte> bytes, TimeSpan life)
    {
        var head = Encoding.UTF8.GetBytes($"*5\r\n$3\r\nSET\r\n${Encoding.UTF8.GetByteCount(key)}\r\n{key}\r\n${bytes.Length}\r\n");
        var milliseconds = $"{(long)life.TotalMilliseconds}";
        var tail = Encoding.UTF8.GetBytes($"\r\n$2\r\nPX\r\n${milliseconds.Length}\r\n{milliseconds}\r\n");
        await (await LinkAsync()).SendAsync(new(head, bytes, tail), default);
    }

    /// <inheritdoc/>
    public async Task<bool> TryReadAsync(string key, Memory<byte> destination) =>
        await (await LinkAsync()).SendAsync(new(PayloadLink.Request("GET", key), default, default), destination);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_link is { } link)
        {
            await link.DisposeAsync();
        }

        _opening.Dispose();
    }

    /// <summary>The connection, opened anew where the last one has ended.</summary>
    private async Task<PayloadLink> LinkAsync()
    {
        await _opening.WaitAsync();
        try
        {
            if (_link is { HasEnded: true } ended)
            {
                _link = null;
                await ended.DisposeAsync();
            }

            return _link ??= await PayloadLink.OpenAsync(endpoint, options, timeout, clock);
        }
        finally
        {
            _opening.Release();
        }
    }
}
