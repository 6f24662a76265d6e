namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>A channels-last batch as rows of channels, divided into blocks.</summary>
/// <remarks>
/// The blocks depend on the shape alone and sums are added in their order, so the number of threads changes no bit.
/// </remarks>
/// <param name="Count">Rows: images times positions.</param>
/// <param name="Channels">Values of a row, a multiple of <see cref="Width"/>.</param>
internal readonly record struct ChannelRows(int Count, int Channels)
{
    /// <summary>Channels that are computed at once.</summary>
    public const int Width = 16;

    /// <summary>Values of a block: it stays in the nearest cache.</summary>
    private const int BlockValues = 8192;

    /// <summary>Number of blocks.</summary>
    public int BlockCount => (Count + BlockRows - 1) / BlockRows;

    private int BlockRows => Math.Max(4, BlockValues / Channels);

    /// <summary>First row of a block, and the one after its last.</summary>
    public (int Start, int End) Block(int index) => (index * BlockRows, Math.Min(Count, (index + 1) * BlockRows));

    /// <summary>Does work for each block, on as many threads as libtorch uses.</summary>
    public void ForEachBlock(Action<int> work) => TorchThreads.For(BlockCount, work);
}
