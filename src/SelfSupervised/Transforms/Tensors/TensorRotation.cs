using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms.Tensors;

/// <summary>Rotates views, each by an angle of its own; chooses the pixels that <see cref="RotationFilter"/> chooses.</summary>
internal static class TensorRotation
{
    /// <summary>Rotates counter-clockwise about the centre; nearest pixel, black outside.</summary>
    /// <param name="views_N3HW">The views; borrowed.</param>
    /// <param name="degrees">The angle of each view.</param>
    /// <returns>The rotated views, in the caller's scope.</returns>
    public static Tensor Run(Tensor views_N3HW, double[] degrees)
    {
        using var scope = NewDisposeScope();
        var (count, height, width) = (views_N3HW.shape[0], views_N3HW.shape[2], views_N3HW.shape[3]);
        RotationSteps[] steps = [.. degrees.Select(angle => RotationSteps.Of(angle, (int)height, (int)width))];
        Tensor PerView(Func<RotationSteps, long> value) => tensor([.. steps.Select(value)], device: views_N3HW.device).view(-1, 1, 1);

        var rows_H1 = Count(height, views_N3HW.device).view(-1, 1);
        var columns_W = Count(width, views_N3HW.device);
        Tensor Position(Func<RotationSteps, long> start, Func<RotationSteps, long> perRow, Func<RotationSteps, long> perColumn) =>
            PerView(start).Plus(rows_H1 * PerView(perRow)).Plus(columns_W * PerView(perColumn))
                .floor_divide(LastingScalar.Of(1L << RotationSteps.FractionBits));

        var column_NHW = Position(one => one.StartX, one => one.RowX, one => one.ColumnX);
        var row_NHW = Position(one => one.StartY, one => one.RowY, one => one.ColumnY);
        var isOutside_NHW = IsOutside(column_NHW, width).logical_or(IsOutside(row_NHW, height));
        var source_NHW = row_NHW.mul(LastingScalar.Of(width)).Plus(column_NHW).masked_fill(isOutside_NHW, LastingScalar.Of(0L));
        var rotated = views_N3HW.reshape(count, 3, height * width)
            .gather(2, source_NHW.view(count, 1, height * width).expand(count, 3, height * width));
        return rotated.view(count, 3, height, width).masked_fill(isOutside_NHW.unsqueeze(1), LastingScalar.Of(0.0)).MoveToOuterDisposeScope();
    }

    private static Tensor Count(long length, Device device) =>
        arange(LastingScalar.Of(0L), LastingScalar.Of(length), LastingScalar.One, dtype: int64, device: device);

    private static Tensor IsOutside(Tensor position, long length) =>
        position.lt(LastingScalar.Of(0L)).logical_or(position.ge(LastingScalar.Of(length)));
}
