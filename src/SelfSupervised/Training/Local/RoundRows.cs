using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training.Local;

/// <summary>The rows that a replica wrote into one ring in a round, and the ring that all replicas' rows make.</summary>
/// <remarks>
/// Rings cannot be averaged. A replica publishes its newest rows, at most its share K / V of the ring, since older ones would be
/// overwritten by the others' at once; they are appended by age, and by shard among equals. In what is published stands the number of
/// rows, then the rows, oldest first.
/// </remarks>
internal sealed class RoundRows(RowQueue queue, LocalRoundOptions options)
{
    private readonly int _rowsMaximum = (int)Math.Min(
        (long)queue.RowsPerStep * options.LocalSteps, Math.Max(1, queue.Rows.shape[0] / options.ReplicaCount));

    private readonly int _columns = (int)queue.Rows.shape[1];
    private long _writtenBefore;

    /// <summary>Float32 values that a replica publishes of this ring.</summary>
    public int Length => 1 + (_rowsMaximum * _columns);

    /// <summary>A replica begins its round.</summary>
    public void Begin() => _writtenBefore = queue.Written;

    /// <summary>Writes what a replica publishes at the end of its round.</summary>
    public void Write(Span<float> published)
    {
        var count = (int)Math.Min(_rowsMaximum, queue.Written - _writtenBefore);
        published[0] = count;
        if (count > 0)
        {
            using var newest = queue.Newest(count);
            TensorValues.CopyTo(newest, published.Slice(1, count * _columns));
        }
    }

    /// <summary>Appends the rows of all replicas to the ring.</summary>
    /// <param name="published">What each replica published, in order.</param>
    /// <param name="offset">Where this ring begins in it.</param>
    public void Append(IReadOnlyList<float[]> published, int offset)
    {
        var count = (int)published[0][offset];
        if (count == 0)
        {
            return;
        }

        var rows = new float[count * published.Count * _columns];
        for (var row = 0; row < count; row++)
        {
            for (var replica = 0; replica < published.Count; replica++)
            {
                published[replica].AsSpan(offset + 1 + (row * _columns), _columns)
                    .CopyTo(rows.AsSpan(((row * published.Count) + replica) * _columns));
            }
        }

        using var scope = NewDisposeScope();
        queue.Append(tensor(rows, count * published.Count, _columns).to(queue.Rows.device));
    }
}
