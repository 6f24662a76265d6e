using System.Buffers;
using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Steps;

/// <summary>A reduced vector or a node of the tree: float32 values outside the managed heap, at a multiple of 64 bytes.</summary>
internal sealed unsafe class VectorBuffer : MemoryManager<byte>
{
    private readonly SharedMemory? _shared;
    private float* _values;
    private int _holders;

    public VectorBuffer(int length, VectorPool pool, SharedMemory? shared)
    {
        Pool = pool;
        Length = length;
        (Place, var address) = shared?.Take((long)length * sizeof(float)) ?? (-1, 0);
        _shared = address == 0 ? null : shared;
        _values = address == 0 ? (float*)NativeMemory.AlignedAlloc((nuint)length * sizeof(float), 64) : (float*)address;
    }

    /// <summary>Where it comes from, and goes when nobody retains it.</summary>
    public VectorPool Pool { get; }

    /// <summary>Where other processes find it in the shared memory; -1 when it does not lie there.</summary>
    public long Place { get; }

    /// <summary>Number of values.</summary>
    public int Length { get; }

    /// <summary>The values.</summary>
    public Span<float> Values => new(_values, Length);

    /// <summary>Keeps the buffer from being used for something else, until it is released as often as it was retained.</summary>
    public void Retain() => Interlocked.Increment(ref _holders);

    /// <summary>Lets the buffer go; the last one to do so gives it back to its pool.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            Pool.TakeBack(this);
        }
    }

    /// <summary>The bytes of some values, for sending and receiving.</summary>
    public Memory<byte> Bytes(int offset, int length) => Memory.Slice(offset * sizeof(float), length * sizeof(float));

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(_values, Length * sizeof(float));

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)_values + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Native memory does not move.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_shared is { } shared && _values is not null)
        {
            shared.Release();
        }
        else
        {
            NativeMemory.AlignedFree(_values);
        }

        _values = null;
    }
}
