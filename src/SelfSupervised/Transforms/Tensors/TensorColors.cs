using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms.Tensors;

/// <summary>Colour operations on batches of values 0 to 1, each image with an amount of its own; see <see cref="ColorKernels"/>.</summary>
internal static class TensorColors
{
    /// <summary>One operation of colour jitter.</summary>
    /// <param name="views_N3HW">The views; borrowed.</param>
    /// <param name="operation">What is changed.</param>
    /// <param name="amounts">How much, for each view.</param>
    /// <returns>The changed views, in the caller's scope.</returns>
    public static Tensor Adjust(Tensor views_N3HW, ColorOperation operation, float[] amounts)
    {
        using var scope = NewDisposeScope();
        Tensor PerView(Func<float, float> value) => tensor([.. amounts.Select(value)], device: views_N3HW.device).view(-1, 1, 1, 1);

        var factors = PerView(amount => amount);
        var rest = PerView(amount => 1 - amount);
        var result = operation switch
        {
            ColorOperation.Brightness => Limit(views_N3HW * factors),
            ColorOperation.Contrast => Limit((views_N3HW * factors).Plus(rest * MeanGray(views_N3HW))),
            ColorOperation.Saturation => Limit((views_N3HW * factors).Plus(Gray(views_N3HW) * rest)),
            _ => TurnHue(views_N3HW, PerView(amount => amount * 6)),
        };
        return result.MoveToOuterDisposeScope();
    }

    /// <summary>The gray of each pixel.</summary>
    /// <returns>[N, 1, height, width], in the caller's scope.</returns>
    public static Tensor Gray(Tensor views_N3HW)
    {
        using var scope = NewDisposeScope();
        var (red, green, blue) = Planes(views_N3HW);
        return red.Times(ColorKernels.RedShare).Plus(green.Times(ColorKernels.GreenShare)).Plus(blue.Times(ColorKernels.BlueShare))
            .MoveToOuterDisposeScope();
    }

    /// <summary>Inverts values from a threshold on.</summary>
    /// <returns>The changed views, in the caller's scope.</returns>
    public static Tensor Solarize(Tensor views_N3HW, float threshold)
    {
        using var scope = NewDisposeScope();
        return where(views_N3HW.lt(LastingScalar.Of(threshold)), views_N3HW, views_N3HW.neg().Plus(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Cuts values off at 0 and 1, in place.</summary>
    public static Tensor Limit(Tensor values) => values.clamp_(LastingScalar.Of(0.0), LastingScalar.Of(1.0));

    private static Tensor MeanGray(Tensor views_N3HW) => Gray(views_N3HW).to(float64).mean([1L, 2L, 3L], keepdim: true).to(float32);

    private static Tensor TurnHue(Tensor views_N3HW, Tensor shifts_N111)
    {
        var (red, green, blue) = Planes(views_N3HW);
        var largest = red.maximum(green.maximum(blue));
        var chroma = largest - red.minimum(green.minimum(blue));
        var scale = chroma.masked_fill(chroma.eq(LastingScalar.Of(0.0)), LastingScalar.Of(1.0)).reciprocal();
        var hue = where(
            largest.eq(red),
            (green - blue) * scale,
            where(largest.eq(green), ((blue - red) * scale).Plus(2), ((red - green) * scale).Plus(4))).Plus(shifts_N111);

        Tensor Colour(double offset)
        {
            var sextants = hue.Plus(offset);
            var place = sextants - sextants.Times(1f / 6f).floor().Times(6);
            return largest - (chroma * Limit(place.minimum(place.neg().Plus(4))));
        }

        return cat([Colour(5), Colour(3), Colour(1)], 1);
    }

    private static (Tensor Red, Tensor Green, Tensor Blue) Planes(Tensor views_N3HW) =>
        (views_N3HW.narrow(1, 0, 1), views_N3HW.narrow(1, 1, 1), views_N3HW.narrow(1, 2, 1));
}
