using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>Work on the threads that libtorch itself computes with.</summary>
/// <remarks>
/// These wait for more work by spinning or sleeping as OpenMP is told to. Threads of another pool would compete with them for the cores,
/// and be woken anew for each piece of work.
/// </remarks>
internal static unsafe class TorchThreads
{
    /// <summary>Does work for each number from 0 on, in any order, and returns when all is done.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="work">Must not throw where there are several threads: nothing catches it there.</param>
    public static void For(int count, Action<int> work)
    {
        if (count <= 1 || get_num_threads() <= 1)
        {
            for (var index = 0; index < count; index++)
            {
                work(index);
            }

            return;
        }

        var handle = GCHandle.Alloc(work);
        try
        {
            _ = Exports.ParallelFor(0, count, 1, &Run, (void*)GCHandle.ToIntPtr(handle));
        }
        finally
        {
            handle.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static void Run(long start, long end, void* context)
    {
        var work = (Action<int>)GCHandle.FromIntPtr((IntPtr)context).Target!;
        for (var index = (int)start; index < end; index++)
        {
            work(index);
        }
    }

    // By itself: a libtorch that lacks it still computes with one thread.
    private static class Exports
    {
        public static readonly delegate* unmanaged<long, long, long, delegate* unmanaged<long, long, void*, void>, void*, int> ParallelFor =
            (delegate* unmanaged<long, long, long, delegate* unmanaged<long, long, void*, void>, void*, int>)TorchExports.Find(
                "torch_parallel_for", "Computing with several threads", "set one thread");
    }
}
