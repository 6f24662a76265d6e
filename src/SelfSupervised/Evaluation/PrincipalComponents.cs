using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>Projects embeddings onto the directions in which they differ most, to draw them in a plane.</summary>
/// <remarks>
/// Principal component analysis by eigenvectors of the covariance matrix, in double precision on the CPU. The sign of a direction is
/// arbitrary; here its largest component (the first of equals) is positive, so the same embeddings give the same picture.
/// Cost: N D^2 + D^3.
/// </remarks>
public static class PrincipalComponents
{
    /// <summary>Projects embeddings onto their first components.</summary>
    /// <param name="embeddings">Floating point [N, D]; borrowed.</param>
    /// <param name="componentCount">Number of components, 1 to D.</param>
    /// <returns>Coordinates around 0, float64 [N, componentCount] on the CPU, the widest first; owned by the caller.</returns>
    /// <exception cref="ArgumentException">The embeddings are not [N, D].</exception>
    /// <exception cref="ArgumentOutOfRangeException">The number of components is not 1 to D.</exception>
    public static Tensor Project(Tensor embeddings, int componentCount = 2)
    {
        if (embeddings.shape.Length != 2 || embeddings.shape[0] < 1)
        {
            throw new ArgumentException(
                $"Principal components take embeddings [N, D], not [{string.Join(", ", embeddings.shape)}].", nameof(embeddings));
        }

        var dimension = embeddings.shape[1];
        ArgumentOutOfRangeException.ThrowIfLessThan(componentCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(componentCount, dimension);
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var values_ND = embeddings.detach().to(float64).cpu();
        var centered_ND = values_ND - values_ND.mean([0L], keepdim: true);
        var covariance_DD = mm(centered_ND.t(), centered_ND).Over(Math.Max(1, embeddings.shape[0] - 1));
        var (_, vectors_DD) = linalg.eigh(covariance_DD);
        var directions_DK = vectors_DD.narrow(1, dimension - componentCount, componentCount).flip(1L);
        var largest_1K = directions_DK.abs().argmax(0, keepdim: true);
        var signs_1K = directions_DK.gather(0, largest_1K).sign();
        return mm(centered_ND, directions_DK * signs_1K).MoveToOuterDisposeScope();
    }
}
