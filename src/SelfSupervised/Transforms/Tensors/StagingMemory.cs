using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms.Tensors;

/// <summary>Memory in which bytes are gathered before they go to a device. Each thread has one, which it uses again and again.</summary>
/// <remarks>For a GPU it is pinned: the device then takes the bytes itself, without a copy by the driver before.</remarks>
internal static class StagingMemory
{
    [ThreadStatic]
    private static Tensor? _bytes;

    /// <summary>Memory for a number of bytes, with whatever it holds.</summary>
    /// <param name="shape">Shape of the bytes.</param>
    /// <param name="device">Where they will go.</param>
    /// <returns>uint8 on the CPU, in the caller's scope; what is in it lasts until the next call on this thread.</returns>
    public static Tensor Take(long[] shape, Device device)
    {
        var count = shape.Aggregate(1L, (product, length) => product * length);
        if (_bytes is null || _bytes.shape[0] < count || (device.type == DeviceType.CUDA && !_bytes.is_pinned()))
        {
            _bytes?.Dispose();
            _bytes = Allocate(count, device);
        }

        using var part = _bytes.narrow(0, 0, count);
        return part.view(shape);
    }

    private static Tensor Allocate(long count, Device device)
    {
        using var scope = NewDisposeScope();
        var pageable = empty(count, uint8);
        return (device.type == DeviceType.CUDA ? pageable.pin_memory() : pageable).DetachFromDisposeScope();
    }
}
