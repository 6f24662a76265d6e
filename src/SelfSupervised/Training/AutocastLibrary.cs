namespace LightlyCluster.SelfSupervised.Training;

/// <summary>The switches of libtorch's autocast, which TorchSharp does not offer. They hold for the calling thread.</summary>
internal static unsafe class AutocastLibrary
{
    private const byte CpuDevice = 0;
    private const byte CudaDevice = 1;
    private const byte BFloat16Type = 15;

    private static readonly delegate* unmanaged<byte, byte, void> SetEnabled =
        (delegate* unmanaged<byte, byte, void>)Export("_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb");
    private static readonly delegate* unmanaged<byte, byte, void> SetType =
        (delegate* unmanaged<byte, byte, void>)Export("_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE");
    private static readonly delegate* unmanaged<int> IncrementNesting = (delegate* unmanaged<int>)Export("_ZN2at8autocast17increment_nestingEv");
    private static readonly delegate* unmanaged<int> DecrementNesting = (delegate* unmanaged<int>)Export("_ZN2at8autocast17decrement_nestingEv");
    private static readonly delegate* unmanaged<void> ClearCache = (delegate* unmanaged<void>)Export("_ZN2at8autocast11clear_cacheEv");

    /// <summary>Switches autocast to bfloat16 on, for this thread.</summary>
    public static void Enter(bool isCuda)
    {
        var device = isCuda ? CudaDevice : CpuDevice;
        SetType(device, BFloat16Type);
        SetEnabled(device, 1);
        _ = IncrementNesting();
    }

    /// <summary>Switches it off, and forgets the cast weights.</summary>
    public static void Leave(bool isCuda)
    {
        if (DecrementNesting() == 0)
        {
            ClearCache();
        }

        SetEnabled(isCuda ? CudaDevice : CpuDevice, 0);
    }

    private static IntPtr Export(string name) => TorchExports.Find(name, "Precision bf16", "use fp32");
}
