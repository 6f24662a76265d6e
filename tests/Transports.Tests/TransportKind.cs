using LightlyCluster.Fleet.Jobs;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Transports.Tests;

/// <summary>What every transport must do, on every store that it uses.</summary>
public static class TransportKind
{
    public const string RedisServer = "redis over redis-server";
    public const string EmbeddedStore = "redis over the embedded store";
    public const string Peer = "peer";
    public const string PeerSockets = "peer through sockets";
    public const string Nccl = "nccl";
    public const string Auto = "auto";

    public static TheoryData<string> All { get; } = [RedisServer, EmbeddedStore, Peer, PeerSockets, Nccl];

    /// <summary>Those whose bytes lie somewhere until they are read; what NCCL loses or changes is in NcclFailureTests.</summary>
    public static TheoryData<string> Lying { get; } = [RedisServer, EmbeddedStore, Peer, PeerSockets];

    internal static string StoreOf(string kind) => kind == EmbeddedStore ? TestStore.Embedded : TestStore.Redis;

    internal static string TransportOf(string kind) => kind switch
    {
        Peer or PeerSockets => JobVocabulary.TransportPeer,
        Nccl => JobVocabulary.TransportNccl,
        Auto => JobVocabulary.Auto,
        _ => JobVocabulary.TransportRedis,
    };
}
