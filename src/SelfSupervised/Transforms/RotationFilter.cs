using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Rotates planes counter-clockwise about their centre on a canvas that stays; nearest pixel, black outside.</summary>
/// <remarks>Positions are followed in fixed point with 16 fractional bits, as Pillow does, so that the same pixels are chosen.</remarks>
internal static unsafe class RotationFilter
{
    private const int FractionBits = 16;

    /// <summary>Rotates from one view into another of the same size.</summary>
    public static void Run(PlanarImage source, PlanarImage target, double degrees)
    {
        target.Resize(source.Height, source.Width);
        var turns = degrees / 360;
        var (sine, cosine) = PortableMath.SineCosineOfTurns(turns - Math.Floor(turns));
        var centerX = source.Width / 2.0;
        var centerY = source.Height / 2.0;

        // Where the centre of the first output pixel comes from, and how that moves with a column and with a row.
        var startX = ToFixed(centerX - (cosine * (centerX - 0.5)) + (sine * (centerY - 0.5)));
        var startY = ToFixed(centerY - (sine * (centerX - 0.5)) - (cosine * (centerY - 0.5)));
        var along = ToFixed(cosine);
        var across = ToFixed(sine);
        for (var y = 0; y < target.Height; y++)
        {
            var fromX = startX + (y * ToFixed(-sine));
            var fromY = startY + (y * along);
            var output = y * target.Width;
            for (var x = 0; x < target.Width; x++, output++, fromX += along, fromY += across)
            {
                var column = fromX >> FractionBits;
                var row = fromY >> FractionBits;
                var isInside = column >= 0 && column < source.Width && row >= 0 && row < source.Height;
                var input = (row * source.Width) + column;
                target.Red[output] = isInside ? source.Red[input] : 0;
                target.Green[output] = isInside ? source.Green[input] : 0;
                target.Blue[output] = isInside ? source.Blue[input] : 0;
            }
        }
    }

    private static long ToFixed(double value) => (long)Math.Floor((value * (1 << FractionBits)) + 0.5);
}
