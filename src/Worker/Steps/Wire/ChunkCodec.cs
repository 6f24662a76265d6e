using LightlyCluster.Fleet.Steps;

namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>Turns chunks of the reduced vector, and of nodes of its tree, into the bytes that travel, and back.</summary>
/// <remarks>Gradients are in the format of the job; what follows them (batch statistics, moments, loss) is always float32.</remarks>
internal sealed class ChunkCodec(VectorLayout layout, IWireFormat format)
{
    private static readonly SingleFormat Exact = new();

    /// <summary>The chunks.</summary>
    public VectorLayout Layout => layout;

    /// <summary>Whether the bytes that travel are those in memory.</summary>
    public bool IsPlain => format.IsExact;

    /// <summary>Bytes of a chunk; never more than its float32 values have.</summary>
    public int BytesOf(int chunk)
    {
        var gradients = layout.GradientsIn(chunk);
        return format.BytesOf(gradients) + ((layout.Chunk(chunk).Length - gradients) * sizeof(float));
    }

    /// <summary>Writes a chunk.</summary>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="values">Its values, rounded.</param>
    /// <param name="bytes">Receives <see cref="BytesOf"/> bytes.</param>
    public void Encode(int chunk, ReadOnlySpan<float> values, Span<byte> bytes)
    {
        var gradients = layout.GradientsIn(chunk);
        var split = format.BytesOf(gradients);
        format.Encode(values[..gradients], bytes[..split]);
        Exact.Encode(values[gradients..], bytes[split..]);
    }

    /// <summary>Reads a chunk.</summary>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="values">Receives the values.</param>
    public void Decode(int chunk, ReadOnlySpan<byte> bytes, Span<float> values)
    {
        var gradients = layout.GradientsIn(chunk);
        var split = format.BytesOf(gradients);
        format.Decode(bytes[..split], values[..gradients]);
        Exact.Decode(bytes[split..], values[gradients..]);
    }
}
