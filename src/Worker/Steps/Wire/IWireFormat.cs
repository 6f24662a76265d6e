using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>A number format in which gradients are added up and travel.</summary>
/// <remarks>
/// For all values v, random numbers and lengths: rounded values are kept by <see cref="Encode"/> and <see cref="Decode"/> exactly, and
/// equal rounded values have equal bytes. So a digest of the bytes is one of the values, whoever encodes them and whether or not they
/// travel. All operations give equal bits on every machine.
/// </remarks>
internal interface IWireFormat
{
    /// <summary>Whether every float32 value is kept as it is: its bytes are those in memory, and rounding does nothing.</summary>
    bool IsExact { get; }

    /// <summary>Values in a full chunk, so that it travels as about 512 KiB: a smaller one costs more calls than it saves waiting.</summary>
    int ChunkLength { get; }

    /// <summary>Bytes that some values take.</summary>
    int BytesOf(int count);

    /// <summary>Rounds values in place to those that the format has.</summary>
    /// <param name="values">The values of a chunk, from its beginning or from a multiple of 32 on.</param>
    /// <param name="random">Where stochastic formats draw: a function of seed, step and node.</param>
    /// <param name="first">Number of the first value in the vector, a multiple of 8.</param>
    void Round(Span<float> values, RandomBlocks random, long first);

    /// <summary>Writes rounded values.</summary>
    /// <param name="values">Values that were rounded.</param>
    /// <param name="bytes">Receives <see cref="BytesOf"/> bytes.</param>
    void Encode(ReadOnlySpan<float> values, Span<byte> bytes);

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <param name="bytes">As many bytes as the values take.</param>
    /// <param name="values">Receives the values.</param>
    void Decode(ReadOnlySpan<byte> bytes, Span<float> values);
}
