using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>Values of float32.</summary>
internal readonly unsafe struct SingleElement : IChannelElement
{
    public static Vector512<float> Load(void* values, nint index) => Vector512.Load((float*)values + index);

    public static void Store(Vector512<float> vector, void* values, nint index) => vector.Store((float*)values + index);
}
