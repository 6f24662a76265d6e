using TorchSharp;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Numbers for tensor operations: native scalars that live longer than any call that uses them.</summary>
/// <remarks>
/// TorchSharp turns a number (<c>tensor * 0.5</c>, but also the hidden factor 1 of <c>tensor + tensor</c>) into a native scalar that
/// nothing refers to once its handle was read: a garbage collection on another thread may free it while libtorch still reads it,
/// which ends in a rare exception ("Expected false to be true", Scalar.h) or in a wrong number. Use this, or
/// <see cref="TensorArithmetic"/>, in losses and methods of your own; in this library the implicit conversions are banned.
/// Safe to use from several threads; about 50 ns a call.
/// </remarks>
public static class LastingScalar
{
    private const int GenerationMaximum = 4096;

    private static readonly Lock Gate = new();
    private static Dictionary<(long Bits, bool IsInteger), Scalar> _newer = [];
    private static Dictionary<(long Bits, bool IsInteger), Scalar> _older = [];

    /// <summary>The integer 1, the usual factor of an addition.</summary>
    public static Scalar One => Of(1L);

    /// <summary>A floating-point number.</summary>
    /// <param name="value">Any number, infinite ones and NaN included.</param>
    /// <returns>The scalar; do not dispose it.</returns>
    public static Scalar Of(double value) => Get((BitConverter.DoubleToInt64Bits(value), false));

    /// <summary>An integer.</summary>
    /// <param name="value">Any integer.</param>
    /// <returns>The scalar; do not dispose it.</returns>
    public static Scalar Of(long value) => Get((value, true));

    private static Scalar Get((long Bits, bool IsInteger) key)
    {
        lock (Gate)
        {
            if (_newer.TryGetValue(key, out var known))
            {
                return known;
            }

            if (!_older.Remove(key, out var scalar))
            {
                scalar = key.IsInteger ? key.Bits.ToScalar() : BitConverter.Int64BitsToDouble(key.Bits).ToScalar();
            }

            if (_newer.Count == GenerationMaximum)
            {
                // What has not been used during a whole generation is not in use now.
                (_older, _newer) = (_newer, []);
            }

            _newer.Add(key, scalar);
            return scalar;
        }
    }
}
