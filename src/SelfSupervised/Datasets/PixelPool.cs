using System.Collections.Concurrent;

namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Memory of images that nobody looks at any more, for the next ones of the same size. Safe to use from several threads.</summary>
/// <remarks>Images of a data set come in few sizes; large ones would otherwise make the garbage collector walk through everything.</remarks>
internal static class PixelPool
{
    private const long BytesMaximum = 64L << 20;

    private static readonly ConcurrentDictionary<int, ConcurrentBag<byte[]>> Free = new();
    private static long _bytes;

    /// <summary>Takes an array of exactly this length, with whatever it holds.</summary>
    public static byte[] Rent(int length)
    {
        if (Free.TryGetValue(length, out var arrays) && arrays.TryTake(out var pixels))
        {
            Interlocked.Add(ref _bytes, -length);
            return pixels;
        }

        return GC.AllocateUninitializedArray<byte>(length);
    }

    /// <summary>Gives an array back.</summary>
    public static void Return(byte[] pixels)
    {
        if (Interlocked.Add(ref _bytes, pixels.Length) > BytesMaximum)
        {
            // Sizes that never come again have filled it: it begins anew.
            Free.Clear();
            Interlocked.Exchange(ref _bytes, pixels.Length);
        }

        Free.GetOrAdd(pixels.Length, _ => []).Add(pixels);
    }
}
