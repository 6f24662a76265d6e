using TorchSharp;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Numbers for tensor operations that change the state: native scalars that live longer than any call that uses them.</summary>
/// <remarks>
/// TorchSharp turns a number into a native Scalar that nothing refers to once its handle was read: a garbage collection on another
/// thread may free it while libtorch still reads it, which ends in an exception ("Expected false to be true", Scalar.h). Where an
/// exception would leave the state half changed, the scalars come from here.
/// </remarks>
internal static class LastingScalar
{
    private const int GenerationMaximum = 4096;

    private static readonly Lock Gate = new();
    private static Dictionary<(double Value, bool IsInteger), Scalar> _newer = [];
    private static Dictionary<(double Value, bool IsInteger), Scalar> _older = [];

    /// <summary>The integer 1, the usual factor of an addition.</summary>
    public static Scalar One => Of(1L);

    /// <summary>A floating-point number.</summary>
    public static Scalar Of(double value) => Get((value, false));

    /// <summary>An integer of at most 53 bits.</summary>
    public static Scalar Of(long value) => Get((value, true));

    private static Scalar Get((double Value, bool IsInteger) key)
    {
        lock (Gate)
        {
            if (_newer.TryGetValue(key, out var known))
            {
                return known;
            }

            if (!_older.Remove(key, out var scalar))
            {
                scalar = key.IsInteger ? ((long)key.Value).ToScalar() : key.Value.ToScalar();
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
