
namespace LightlyCluster.Worker.Steps.Wire;

/// <summary>The bytes of a chunk as they travel: those in memory where that is the same, otherwise a rented buffer until disposed.</summary>
internal readonly struct EncodedChunk : IDisposable
{
    private readonly VectorPool _pool;
    private readonly VectorBuffer? _rented;

    private EncodedChunk(VectorPool pool, VectorBuffer? rented, ReadOnlyMemory<byte> bytes) => (_pool, _rented, Bytes) = (pool, rented, bytes);

    /// <summary>The bytes; they live as long as the vector and this.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Encodes a chunk.</summary>
    /// <param name="codec">How.</param>
    /// <param name="vector">The reduced vector, or a node of its tree.</param>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="pool">Buffers of a chunk's length.</param>
    public static EncodedChunk Of(ChunkCodec codec, VectorBuffer vector, int chunk, VectorPool pool)
    {
        var (offset, length) = codec.Layout.Chunk(chunk);
        if (codec.IsPlain)
        {
            return new(pool, null, vector.Bytes(offset, length));
        }

        var rented = pool.Rent();
        var bytes = rented.Memory[..codec.BytesOf(chunk)];
        codec.Encode(chunk, vector.Values.Slice(offset, length), bytes.Span);
        return new(pool, rented, bytes);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_rented is not null)
        {
            _pool.Return(_rented);
        }
    }
}
