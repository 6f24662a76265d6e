using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>How sixteen neighbouring values of a tensor are read and written; they are computed with in float32.</summary>
internal unsafe interface IChannelElement
{
    /// <summary>Reads values from a position on.</summary>
    static abstract Vector512<float> Load(void* values, nint index);

    /// <summary>Writes values from a position on, rounded to the nearest, ties to even.</summary>
    static abstract void Store(Vector512<float> vector, void* values, nint index);
}
