using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Sums, products and quotients whose numbers no garbage collection can take away; see <see cref="LastingScalar"/>.</summary>
/// <remarks>Results belong to the caller's scope and have the bits of TorchSharp's operators.</remarks>
public static class TensorArithmetic
{
    /// <summary>Adds two tensors, element by element.</summary>
    /// <param name="left">Any tensor; borrowed.</param>
    /// <param name="right">A tensor of a shape that fits; borrowed.</param>
    /// <returns>left + right.</returns>
    public static Tensor Plus(this Tensor left, Tensor right) => left.add(right, LastingScalar.One);

    /// <summary>Adds a number to every element.</summary>
    /// <param name="left">Any tensor; borrowed.</param>
    /// <param name="right">Any number.</param>
    /// <returns>left + right.</returns>
    public static Tensor Plus(this Tensor left, double right) => left.add(LastingScalar.Of(right), LastingScalar.One);

    /// <summary>Multiplies every element.</summary>
    /// <param name="left">Any tensor; borrowed.</param>
    /// <param name="right">Any number.</param>
    /// <returns>left * right.</returns>
    public static Tensor Times(this Tensor left, double right) => left.mul(LastingScalar.Of(right));

    /// <summary>Divides every element.</summary>
    /// <param name="left">Any tensor; borrowed.</param>
    /// <param name="right">Any number.</param>
    /// <returns>left / right.</returns>
    public static Tensor Over(this Tensor left, double right) => left.div(LastingScalar.Of(right));

    /// <summary>Raises every element to a power.</summary>
    /// <param name="left">Any tensor; borrowed.</param>
    /// <param name="exponent">Any number.</param>
    /// <returns>left to the power of exponent.</returns>
    public static Tensor ToThe(this Tensor left, double exponent) => left.pow(LastingScalar.Of(exponent));
}
