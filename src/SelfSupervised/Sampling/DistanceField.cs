namespace LightlyCluster.SelfSupervised.Sampling;

/// <summary>For each sample the squared distance to the nearest chosen one, and which candidate is best next.</summary>
/// <remarks>
/// Blocks of fixed size are computed on any number of threads; each sample's value is its own, and ties are broken by position, so the
/// result is the same for any number of threads.
/// </remarks>
internal sealed class DistanceField
{
    private readonly PreparedRows _rows;
    private readonly float[] _squared;
    private readonly bool[] _isCandidate;
    private readonly float[]? _squaredScores;
    private readonly float _squaredMinimum;
    private readonly ParallelOptions _parallel;
    private readonly (float Utility, int Index)[] _best;

    public DistanceField(PreparedRows rows, bool[] isCandidate, IReadOnlyList<float> scores, double minimumDistance, int threads)
    {
        _rows = rows;
        _isCandidate = isCandidate;
        _squaredScores = scores.Count == 0 ? null : [.. scores.Select(score => score * score)];
        _squaredMinimum = (float)(minimumDistance * minimumDistance);
        _squared = new float[rows.Count];
        Array.Fill(_squared, float.PositiveInfinity);
        _best = new (float, int)[rows.BlockCount];
        _parallel = new ParallelOptions { MaxDegreeOfParallelism = threads };
    }

    /// <summary>Largest distance of any sample to the nearest chosen one.</summary>
    public double Largest => Math.Sqrt(_squared.Max());

    /// <summary>Mean distance of all samples to the nearest chosen one.</summary>
    public double Mean => _squared.Sum(value => Math.Sqrt(value)) / _squared.Length;

    /// <summary>Distance of a sample to the nearest chosen one; infinite before the first choice.</summary>
    public double At(int index) => Math.Sqrt(_squared[index]);

    /// <summary>Whether a sample may be chosen and is far enough.</summary>
    public bool IsEligible(int index) => _isCandidate[index] && _squared[index] >= _squaredMinimum;

    /// <summary>Takes a chosen sample into account.</summary>
    /// <returns>The eligible candidate with the largest distance times score, the first of equal ones; -1 when there is none.</returns>
    public int Add(int chosen)
    {
        _isCandidate[chosen] = false;
        var center = _rows.Row(chosen);
        Parallel.For(0, _rows.BlockCount, _parallel, block => _best[block] = _rows.WithBlock(block, rows => Update(block, rows.Span, center)));
        var best = (Utility: -1f, Index: -1);
        foreach (var entry in _best)
        {
            if (entry.Utility > best.Utility)
            {
                best = entry;
            }
        }

        return best.Index;
    }

    private (float Utility, int Index) Update(int block, Span<float> rows, float[] center)
    {
        var (start, count) = _rows.RangeOf(block);
        var stride = _rows.Stride;
        var squared = _squared.AsSpan(start, count);
        ref var first = ref RowMath.First(rows);
        ref var middle = ref RowMath.First(center);
        var best = (Utility: -1f, Index: -1);
        for (var row = 0; row < count; row++)
        {
            var distance = RowMath.SquaredDistance(ref System.Runtime.CompilerServices.Unsafe.Add(ref first, row * stride), ref middle, stride);
            if (distance < squared[row])
            {
                squared[row] = distance;
            }

            var utility = _squaredScores is null ? squared[row] : squared[row] * _squaredScores[start + row];
            if (utility > best.Utility && IsEligible(start + row))
            {
                best = (utility, start + row);
            }
        }

        return best;
    }
}
