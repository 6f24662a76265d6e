using System.Runtime.InteropServices;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>IEEE single precision, little-endian: 4 bytes a value, nothing is rounded.</summary>
internal sealed class SingleFormat : IWireFormat
{
    /// <inheritdoc/>
    public bool IsExact => true;

    /// <inheritdoc/>
    public int ChunkLength => VectorLayout.DefaultChunkLength;

    /// <inheritdoc/>
    public int BytesOf(int count) => count * sizeof(float);

    /// <inheritdoc/>
    public void Round(Span<float> values, RandomBlocks random, long first)
    {
        // Sums of float32 values are float32 values.
    }

    /// <inheritdoc/>
    public void Encode(ReadOnlySpan<float> values, Span<byte> bytes) => MemoryMarshal.AsBytes(values).CopyTo(bytes);

    /// <inheritdoc/>
    public void Decode(ReadOnlySpan<byte> bytes, Span<float> values) => bytes.CopyTo(MemoryMarshal.AsBytes(values));
}
