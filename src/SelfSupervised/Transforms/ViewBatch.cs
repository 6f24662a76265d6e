using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Allocates the tensor of a batch and lets each image be written straight into its memory.</summary>
internal static unsafe class ViewBatch
{
    /// <summary>Float32 [count, 3, height, width] on the CPU; the caller owns it.</summary>
    /// <param name="count">Number of images, at least one.</param>
    /// <param name="size">Height and width.</param>
    /// <param name="threads">How many images are computed at once.</param>
    /// <param name="write">Gets the index of an image and the memory of its float32 [3, height, width].</param>
    public static Tensor Compute(int count, ImageSize size, int threads, Action<int, Span<float>> write)
    {
        using var scope = NewDisposeScope();
        var views_N3HW = empty([count, 3, size.Height, size.Width], ScalarType.Float32);
        var imageFloats = 3 * size.Height * size.Width;

        // Only the first image is asked for its memory: the bytes of a whole batch may be more than a span can hold.
        fixed (byte* memory = views_N3HW[0].bytes)
        {
            var first = (nint)memory;
            void WriteOne(int index) => write(index, new Span<float>((float*)first + ((long)index * imageFloats), imageFloats));
            RunAll(count, threads, WriteOne);
        }

        return views_N3HW.MoveToOuterDisposeScope();
    }

    // Images do not depend on each other, so threads change nothing but the time.
    private static void RunAll(int count, int threads, Action<int> work)
    {
        if (threads <= 1 || count == 1)
        {
            for (var index = 0; index < count; index++)
            {
                work(index);
            }

            return;
        }

        try
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, work);
        }
        catch (AggregateException exception)
        {
            ExceptionDispatchInfo.Throw(exception.InnerExceptions[0]);
        }
    }
}
