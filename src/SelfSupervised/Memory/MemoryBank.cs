using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Memory;

/// <summary>The ring of keys itself, as operations on a tensor, for a step that is a pure function of its state.</summary>
public static class MemoryBank
{
    /// <summary>Writes keys into the ring in place, in order, going on at the start when the end is reached.</summary>
    /// <remarks>Nothing is dropped but what the same call overwrites: of more keys than the bank holds, the last ones stay.</remarks>
    /// <param name="bank">The bank, [K, D], changed in place; borrowed.</param>
    /// <param name="keys">New keys, [n, D], already normalized where that is wanted; borrowed.</param>
    /// <param name="pointer">Row of the bank that is written first, 0 to K - 1.</param>
    /// <returns>Row that the next call writes first: (pointer + n) mod K.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The pointer is outside the bank.</exception>
    public static long Write(Tensor bank, Tensor keys, long pointer)
    {
        var size = RequireShapes(bank, keys);
        ArgumentOutOfRangeException.ThrowIfNegative(pointer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(pointer, size);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var count = keys.shape[0];
        var first = Math.Max(0, count - size);
        for (var written = first; written < count;)
        {
            var row = (pointer + written) % size;
            var length = Math.Min(count - written, size - row);
            bank.narrow(0, row, length).copy_(keys.narrow(0, written, length));
            written += length;
        }

        return (pointer + count) % size;
    }

    /// <summary>Writes keys as lightly does: what does not fit before the end is dropped, and the pointer goes back to the start.</summary>
    /// <param name="bank">The bank, [K, D], changed in place; borrowed.</param>
    /// <param name="keys">New keys, [n, D]; borrowed.</param>
    /// <param name="pointer">Row of the bank that is written first, 0 to K - 1.</param>
    /// <returns>Row that the next call writes first.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The pointer is outside the bank.</exception>
    public static long WriteDroppingOverflow(Tensor bank, Tensor keys, long pointer)
    {
        var size = RequireShapes(bank, keys);
        ArgumentOutOfRangeException.ThrowIfNegative(pointer);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(pointer, size);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var length = Math.Min(keys.shape[0], size - pointer);
        bank.narrow(0, pointer, length).copy_(keys.narrow(0, 0, length));
        return (pointer + length) % size;
    }

    /// <summary>For each query the row of the bank with the largest cosine similarity.</summary>
    /// <param name="queries">Floating point [n, D], need not be normalized, taken as constants; borrowed.</param>
    /// <param name="bank">The bank, [K, D], need not be normalized; borrowed.</param>
    /// <returns>The rows as they are in the bank, [n, D], without a gradient; owned by the caller. Memory: n K similarities.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Tensor NearestRows(Tensor queries, Tensor bank)
    {
        RequireShapes(bank, queries);
        if (queries.shape.Length != 2 || !queries.is_floating_point() || !bank.is_floating_point())
        {
            throw new ArgumentException(
                $"Queries and bank must be floating point [n, D] and [K, D], not {queries.dtype} [{string.Join(", ", queries.shape)}] "
                + $"and {bank.dtype} [{string.Join(", ", bank.shape)}].",
                nameof(queries));
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var queries_ND = nn.functional.normalize(queries.detach().to(bank.dtype), p: 2, dim: 1);
        var bank_KD = nn.functional.normalize(bank.detach(), p: 2, dim: 1);
        var nearest_N = mm(queries_ND, bank_KD.t()).argmax(1);
        return bank.detach().index_select(0, nearest_N).MoveToOuterDisposeScope();
    }

    private static long RequireShapes(Tensor bank, Tensor keys)
    {
        var bankShape = bank.shape;
        var keyShape = keys.shape;
        if (bankShape.Length < 2 || bankShape.Contains(0) || keyShape.Length < 2 || !bankShape.AsSpan(1).SequenceEqual(keyShape.AsSpan(1)))
        {
            throw new ArgumentException(
                $"Keys [{string.Join(", ", keyShape)}] do not fit a bank [{string.Join(", ", bankShape)}]: "
                + "all sizes but the first must be equal.",
                nameof(keys));
        }

        return bankShape[0];
    }
}
