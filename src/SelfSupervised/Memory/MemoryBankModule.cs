using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Memory;

/// <summary>A ring of keys of earlier batches that gives a loss many negatives without a large batch.</summary>
/// <remarks>
/// Each call returns the keys of before the call and, if asked for, appends the new ones. Source: He et al., "Momentum Contrast",
/// 2020, section 3.2, https://arxiv.org/abs/1911.05722. Differences from lightly: the ring wraps where lightly's drops the rows that
/// do not fit (<see cref="MemoryBankOverflow.Drop"/> reproduces it), and the content is part of checkpoints. Keys: <c>bank</c>
/// [K, D], <c>bank_ptr</c> [1], <c>keys_written</c> [1], the bank's version. Derive from it for a loss of your own.
/// </remarks>
public class MemoryBankModule : nn.Module
{
    /// <summary>Number of keys unless another one is given.</summary>
    public const long DefaultSize = 65536;

    private readonly ulong _seed;
    private readonly MemoryBankOverflow _overflow;
    private readonly bool _featureDimensionFirst;

    /// <summary>Makes the bank.</summary>
    /// <param name="size">Number of keys K; 0 means no bank.</param>
    /// <param name="dimension">Numbers a key D; null takes it from the first batch, and the bank is in checkpoints from then on.</param>
    /// <param name="seed">Seed of the first content, random rows of length 1.</param>
    /// <param name="featureDimensionFirst">Whether calls return the bank as [D, K] (default, as lightly) or [K, D].</param>
    /// <param name="overflow">What happens at the end of the bank.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size or dimension is negative.</exception>
    public MemoryBankModule(
        long size = DefaultSize,
        long? dimension = null,
        ulong seed = 0,
        bool featureDimensionFirst = true,
        MemoryBankOverflow overflow = MemoryBankOverflow.Wrap)
        : this(dimension is { } columns ? [size, columns] : [size], seed, featureDimensionFirst, overflow)
    {
    }

    /// <summary>Makes a bank of keys of any shape.</summary>
    /// <param name="shape">Number of keys, then the sizes of a key; without these they are taken from the first batch.</param>
    /// <param name="seed">Seed of the first content.</param>
    /// <param name="featureDimensionFirst">Whether calls return the bank with its first and last dimension exchanged.</param>
    /// <param name="overflow">What happens at the end of the bank.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public MemoryBankModule(
        IReadOnlyList<long> shape,
        ulong seed = 0,
        bool featureDimensionFirst = true,
        MemoryBankOverflow overflow = MemoryBankOverflow.Wrap)
        : base(nameof(MemoryBankModule))
    {
        if (shape.Count == 0 || shape.Any(entry => entry < 0))
        {
            var text = shape.Count == 1 ? $"{shape[0]}" : $"({string.Join(", ", shape)})";
            throw new ArgumentOutOfRangeException(
                nameof(shape), $"Illegal memory bank size {text}, all entries must be non-negative.");
        }

        Size = shape[0];
        _seed = seed;
        _featureDimensionFirst = featureDimensionFirst;
        _overflow = overflow;
        if (shape.Count > 1 && shape.All(entry => entry > 0))
        {
            Register(shape);
        }
    }

    /// <summary>Number of keys K; 0 means no bank.</summary>
    public long Size { get; }

    /// <summary>
    /// The keys, float32 [K, D] (or more dimensions); null before the first batch of a bank without a given dimension. Owned by the
    /// module.
    /// </summary>
    public Tensor? Bank => _internal_buffers.TryGetValue("bank", out var buffer) ? buffer.Item1 : null;

    /// <summary>Row that is written next, 0 to K - 1.</summary>
    public long Pointer => ReadNumber("bank_ptr");

    /// <summary>Number of keys that were given to the bank so far: its version.</summary>
    public long KeysWritten => ReadNumber("keys_written");

    /// <summary>Returns the keys of before this call and appends a batch if asked for.</summary>
    /// <param name="output">A batch of embeddings, [n, D], normalized by the caller where that is wanted; borrowed.</param>
    /// <param name="update">Whether the batch is appended (detached).</param>
    /// <returns>The batch itself and a detached copy of the bank, [D, K] or [K, D]; null for size 0. The copy is the caller's.</returns>
    /// <exception cref="ArgumentException">The batch does not fit the bank.</exception>
    public (Tensor Output, Tensor? Bank) forward(Tensor output, bool update = false)
    {
        if (Size == 0)
        {
            return (output, null);
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        Prepare(output);
        var bank_KD = Bank!;
        var copy = (_featureDimensionFirst ? bank_KD.transpose(0, -1) : bank_KD).clone();
        if (update)
        {
            Append(output.detach());
        }

        return (output, copy.MoveToOuterDisposeScope());
    }

    /// <inheritdoc/>
    protected override void RegisterComponents()
    {
    }

    private void Append(Tensor keys)
    {
        var pointer = _overflow == MemoryBankOverflow.Wrap
            ? MemoryBank.Write(Bank!, keys, Pointer)
            : MemoryBank.WriteDroppingOverflow(Bank!, keys, Pointer);
        WriteNumber("keys_written", KeysWritten + keys.shape[0]);
        WriteNumber("bank_ptr", pointer);
    }

    private void Prepare(Tensor output)
    {
        var shape = output.shape;
        if (Bank is null && shape.Length >= 2)
        {
            Register([Size, .. shape.AsSpan(1)]);
            _to(output.device, output.dtype, non_blocking: false);
        }

        if (Bank is null || !shape.AsSpan(1).SequenceEqual(Bank.shape.AsSpan(1)))
        {
            throw new ArgumentException(
                $"Embeddings [{string.Join(", ", shape)}] do not fit a memory bank "
                + $"[{string.Join(", ", Bank?.shape ?? [Size])}]: make the bank with the embeddings' dimension.",
                nameof(output));
        }
    }

    private void Register(IReadOnlyList<long> shape)
    {
        register_buffer("bank", MemoryBankRows.Draw(shape, _seed).DetachFromDisposeScope());
        register_buffer("bank_ptr", zeros(1, int64).DetachFromDisposeScope());
        register_buffer("keys_written", zeros(1, int64).DetachFromDisposeScope());
    }

    private long ReadNumber(string name)
    {
        using var scope = NewDisposeScope();
        return _internal_buffers.TryGetValue(name, out var buffer) ? buffer.Item1[0].item<long>() : 0;
    }

    private void WriteNumber(string name, long value)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        _internal_buffers[name].Item1.fill_(LastingScalar.Of(value));
    }
}
