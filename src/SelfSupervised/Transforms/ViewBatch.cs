using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Allocates the tensor of a batch and lets each image be written straight into its memory.</summary>
internal static class ViewBatch
{
    /// <summary>Float32 [count, 3, height, width] on the CPU; the caller owns it.</summary>
    /// <param name="count">Number of images.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="write">Gets the index of an image and the memory of its float32 [3, height, width].</param>
    public static Tensor Compute(int count, ImageSize size, Action<int, Span<float>> write)
    {
        if (count == 0)
        {
            throw new ArgumentException("A batch needs at least one image.", nameof(count));
        }

        using var scope = NewDisposeScope();
        var views_N3HW = empty([count, 3, size.Height, size.Width], ScalarType.Float32);
        var imageFloats = 3 * size.Height * size.Width;
        for (var index = 0; index < count; index++)
        {
            // The span of a tensor's bytes ends at 2 GiB, so every image gets its own.
            using var image_3HW = views_N3HW[index];
            write(index, MemoryMarshal.Cast<byte, float>(image_3HW.bytes)[..imageFloats]);
        }

        return views_N3HW.MoveToOuterDisposeScope();
    }

    /// <summary>Moves a batch to a device; on the CPU it is the batch itself.</summary>
    public static Tensor MoveTo(Tensor views_N3HW, Device device)
    {
        if (device.type == TorchSharp.DeviceType.CPU)
        {
            return views_N3HW;
        }

        using (views_N3HW)
        {
            return views_N3HW.to(device);
        }
    }
}
