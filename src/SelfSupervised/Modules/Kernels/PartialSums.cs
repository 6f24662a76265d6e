using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>Two sums of each channel for each block of rows, in memory of its own.</summary>
internal readonly unsafe ref struct PartialSums
{
    private const int Alignment = 64;

    private readonly int _blockCount;
    private readonly int _length;

    public PartialSums(ChannelRows rows)
    {
        (_blockCount, _length) = (rows.BlockCount, 2 * rows.Channels);
        Values = (float*)NativeMemory.AlignedAlloc((nuint)_blockCount * (nuint)_length * sizeof(float), Alignment);
    }

    /// <summary>[blocks, 2, channels].</summary>
    public float* Values { get; }

    /// <summary>Adds up the blocks in their order, in float64.</summary>
    public void AddTo(Span<double> sums)
    {
        sums.Clear();
        for (var block = 0; block < _blockCount; block++)
        {
            for (var place = 0; place < _length; place++)
            {
                sums[place] += Values[((long)block * _length) + place];
            }
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(Values);
}
