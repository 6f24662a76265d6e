using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Where each pixel of a rotated view comes from, in fixed point: start + row * per row + column * per column.</summary>
/// <param name="StartX">Source column of the centre of the first pixel.</param>
/// <param name="StartY">Its source row.</param>
/// <param name="RowX">Change of the source column from one row to the next.</param>
/// <param name="RowY">Change of the source row from one row to the next.</param>
/// <param name="ColumnX">Change of the source column from one column to the next.</param>
/// <param name="ColumnY">Change of the source row from one column to the next.</param>
/// <remarks>16 fractional bits, as Pillow has, so that the same pixels are chosen.</remarks>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RotationSteps(long StartX, long StartY, long RowX, long RowY, long ColumnX, long ColumnY)
{
    /// <summary>Positions are parts of 2 to this power.</summary>
    public const int FractionBits = 16;

    /// <summary>A rotation counter-clockwise about the centre.</summary>
    public static RotationSteps Of(double degrees, int height, int width)
    {
        var turns = degrees / 360;
        var (sine, cosine) = PortableMath.SineCosineOfTurns(turns - Math.Floor(turns));
        var centerX = width / 2.0;
        var centerY = height / 2.0;
        return new(
            ToFixed(centerX - (cosine * (centerX - 0.5)) + (sine * (centerY - 0.5))),
            ToFixed(centerY - (sine * (centerX - 0.5)) - (cosine * (centerY - 0.5))),
            ToFixed(-sine),
            ToFixed(cosine),
            ToFixed(cosine),
            ToFixed(sine));
    }

    private static long ToFixed(double value) => (long)Math.Floor((value * (1 << FractionBits)) + 0.5);
}
