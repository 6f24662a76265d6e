using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>
/// <c>ncclConfig_t</c> as NCCL 2.14 has it: newer versions take size and version from it and use their defaults for what came later.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct NcclConfig
{
    private const uint ApiMagic = 0xcafebeef;

    private nuint _size;
    private uint _magic;
    private uint _version;
    private int _isBlocking;

    /// <summary>Version of the layout, which is the least version of the library: 2.14.0.</summary>
    public const int LayoutVersion = 21400;

    /// <summary>No call waits: what is begun is asked for, so that it can be given up at any time.</summary>
    public static unsafe NcclConfig NonBlocking => new()
    {
        _size = (nuint)sizeof(NcclConfig),
        _magic = ApiMagic,
        _version = LayoutVersion,
        _isBlocking = 0,
    };
}
