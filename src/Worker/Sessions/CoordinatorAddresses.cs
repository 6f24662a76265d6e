using Google.Rpc;
using Grpc.Core;

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

    /// <summary>Whether every address can be used.</summary>
    public static bool AreValid(string addresses) =>
        new CoordinatorAddresses(addresses)._addresses is { Length: > 0 } all && Array.TrueForAll(all, address => Uri.TryCreate(address, UriKind.Absolute, out _));

    /// <summary>Takes the address of the leader where the error names one, otherwise the next of the list.</summary>
    public void MoveOn(RpcException? error)
    {
        var named = error?.GetRpcStatus()?.GetDetail<ErrorInfo>()?.Metadata.GetValueOrDefault("leader", "") ?? "";
        if (named.Length > 0 && named != Current && Uri.TryCreate(named, UriKind.Absolute, out _))
        {
            Current = named;
            return;
        }

        _next = (_next + 1) % _addresses.Length;
        Current = _addresses[_next];
    }
}
