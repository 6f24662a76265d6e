using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Rotates planes counter-clockwise about their centre on a canvas that stays; nearest pixel, black outside.</summary>
internal static unsafe class RotationFilter
{
    /// <summary>Rotates from one view into another of the same size.</summary>
    public static void Run(PlanarImage source, PlanarImage target, double degrees)
    {
        target.Resize(source.Height, source.Width);
        var turns = degrees / 360;
        var (sine, cosine) = PortableMath.SineCosineOfTurns(turns - Math.Floor(turns));
        var centerX = source.Width / 2.0;
        var centerY = source.Height / 2.0;
        for (var y = 0; y < target.Height; y++)
        {
            for (var x = 0; x < target.Width; x++)
            {
                // The output's pixel centre, turned back.
                var fromX = x + 0.5 - centerX;
                var fromY = y + 0.5 - centerY;
                var column = (int)Math.Floor((cosine * fromX) - (sine * fromY) + centerX);
                var row = (int)Math.Floor((sine * fromX) + (cosine * fromY) + centerY);
                var isInside = (uint)column < (uint)source.Width && (uint)row < (uint)source.Height;
                var output = (y * target.Width) + x;
                var input = (row * source.Width) + column;
                for (var channel = 0; channel < 3; channel++)
                {
                    target.Plane(channel)[output] = isInside ? source.Plane(channel)[input] : 0;
                }
            }
        }
    }
}
