namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Rotates planes counter-clockwise about their centre on a canvas that stays; nearest pixel, black outside.</summary>
internal static unsafe class RotationFilter
{
    /// <summary>Rotates from one view into another of the same size.</summary>
    public static void Run(PlanarImage source, PlanarImage target, double degrees)
    {
        target.Resize(source.Height, source.Width);
        var steps = RotationSteps.Of(degrees, source.Height, source.Width);
        for (var y = 0; y < target.Height; y++)
        {
            var fromX = steps.StartX + (y * steps.RowX);
            var fromY = steps.StartY + (y * steps.RowY);
            var output = y * target.Width;
            for (var x = 0; x < target.Width; x++, output++, fromX += steps.ColumnX, fromY += steps.ColumnY)
            {
                var column = fromX >> RotationSteps.FractionBits;
                var row = fromY >> RotationSteps.FractionBits;
                var isInside = column >= 0 && column < source.Width && row >= 0 && row < source.Height;
                var input = (row * source.Width) + column;
                target.Red[output] = isInside ? source.Red[input] : 0;
                target.Green[output] = isInside ? source.Green[input] : 0;
                target.Blue[output] = isInside ? source.Blue[input] : 0;
            }
        }
    }
}
