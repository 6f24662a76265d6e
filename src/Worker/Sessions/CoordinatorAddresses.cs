using Google.Rpc;
using Grpc.Core;
using LightlyCluster.Protocol.Connections;

namespace LightlyCluster.Worker.Sessions;

/// <summary>Where a coordinator may be: the addresses that the worker was given, and the one that a follower named as the leader.</summary>
internal sealed class CoordinatorAddresses
{
    private readonly string[] _addresses;
    private int _next;

    /// <summary>Takes addresses with commas between them.</summary>
    public CoordinatorAddresses(string addresses)
    {
        _addresses = addresses.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        Current = _addresses.Length > 0 ? _addresses[0] : "";
    }

    /// <summary>The address to try now.</summary>
    public string Current { get; private set; }

    /// <summary>Tells what is wrong with addresses, before a worker is run with them.</summary>
    /// <exception cref="ConnectionSettingsException">There is none, one cannot be used, or a file of the settings cannot.</exception>
    public static void Require(string addresses, ConnectionSettings settings)
    {
        var all = new CoordinatorAddresses(addresses)._addresses;
        if (all.Length == 0)
        {
            throw new ConnectionSettingsException("Worker:Coordinator is empty; write http://HOST:PORT (--coordinator)");
        }

        foreach (var text in all)
        {
            var address = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
                ? uri
                : throw new ConnectionSettingsException($"Worker:Coordinator is '{text}'; write http://HOST:PORT or https://HOST:PORT, several with commas between (--coordinator)");
            using var channel = CoordinatorChannel.Open(address, settings, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Takes the address of the leader where the error names one, otherwise the next of the list.</summary>
    public void MoveOn(RpcException error)
    {
        var named = error.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Metadata.GetValueOrDefault("leader", "") ?? "";
        if (named.Length > 0 && named != Current && Uri.TryCreate(named, UriKind.Absolute, out _))
        {
            Current = named;
            return;
        }

        _next = (_next + 1) % _addresses.Length;
        Current = _addresses[_next];
    }
}
