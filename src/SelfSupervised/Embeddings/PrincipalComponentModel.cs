using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>Reduces embeddings to their directions of largest variance, fitted on as many of them as there are.</summary>
/// <remarks>
/// Mean and covariance are added up in float64 over runs of rows of one fixed length, so that the result is a function of the
/// embeddings alone and their number is not bounded by memory; the sign of a direction makes its largest entry positive. Source:
/// Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
/// </remarks>
public sealed class PrincipalComponentModel
{
    private const int RowsAtOnce = 4096;

    private readonly double[] _mean;
    private readonly double[] _directions;
    private readonly int _dimension;

    private PrincipalComponentModel(double[] mean, double[] directions, int dimension, int componentCount)
    {
        _mean = mean;
        _directions = directions;
        _dimension = dimension;
        ComponentCount = componentCount;
    }

    /// <summary>Numbers of a reduced embedding.</summary>
    public int ComponentCount { get; }

    /// <summary>Fits a model.</summary>
    /// <param name="rows">The embeddings; borrowed.</param>
    /// <param name="componentCount">Numbers of a reduced embedding, 1 to the smaller of rows and dimension.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer rows or numbers than components.</exception>
    public static PrincipalComponentModel Fit(IEmbeddingRows rows, int componentCount)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(componentCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(componentCount, Math.Min(rows.Count, rows.Dimension));
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var sum_D = zeros(rows.Dimension, float64);
        Visit(rows, block_ND => sum_D.add_(block_ND.sum(0L), LastingScalar.One));
        var mean_D = sum_D.Over(rows.Count);
        var covariance_DD = zeros([rows.Dimension, rows.Dimension], float64);
        Visit(rows, block_ND =>
        {
            var centered_ND = block_ND - mean_D;
            covariance_DD.add_(mm(centered_ND.t(), centered_ND), LastingScalar.One);
        });
        var (_, vectors_DD) = linalg.eigh(covariance_DD.Over(Math.Max(1, rows.Count - 1)));
        var directions_DK = vectors_DD.narrow(1, rows.Dimension - componentCount, componentCount).flip(1L);
        var largest_1K = directions_DK.abs().argmax(0, keepdim: true);
        var signed_DK = directions_DK * directions_DK.gather(0, largest_1K).sign();
        return new(ToArray(mean_D), ToArray(signed_DK), rows.Dimension, componentCount);
    }

    /// <summary>Reduces embeddings.</summary>
    /// <param name="rows">The embeddings; borrowed.</param>
    /// <returns>The reduced embeddings, in memory.</returns>
    /// <exception cref="ArgumentException">They have another number of numbers than those that the model was fitted on.</exception>
    public ArrayRows Apply(IEmbeddingRows rows)
    {
        if (rows.Dimension != _dimension)
        {
            throw new ArgumentException($"The model was fitted on embeddings of {_dimension} numbers, not {rows.Dimension}.", nameof(rows));
        }

        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var mean_D = tensor(_mean);
        var directions_DK = tensor(_directions).view(_dimension, ComponentCount);
        var reduced = new float[rows.Count * ComponentCount];
        var written = 0;
        Visit(rows, block_ND =>
        {
            var values = MemoryMarshal.Cast<byte, float>(mm(block_ND - mean_D, directions_DK).to(float32).contiguous().bytes);
            values.CopyTo(reduced.AsSpan(written));
            written += values.Length;
        });
        return new(reduced, ComponentCount);
    }

    private static void Visit(IEmbeddingRows rows, Action<Tensor> use)
    {
        for (var start = 0; start < rows.Count; start += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(RowsAtOnce, rows.Count - start);
            var values = new float[count * rows.Dimension];
            rows.Read(start, values);
            use(tensor(values).view(count, rows.Dimension).to(float64));
        }
    }

    private static double[] ToArray(Tensor values) => MemoryMarshal.Cast<byte, double>(values.contiguous().bytes).ToArray();
}
