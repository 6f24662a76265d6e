using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms.Tensors;

/// <summary>Computes the views of a batch with tensor operations, on any device.</summary>
/// <remarks>
/// The same steps in the same order of additions and roundings as <see cref="ViewExecutor"/>; only the mean gray that contrast needs is
/// added up in another order, in double precision. An operation runs once for all images that it was drawn for.
/// </remarks>
internal static class TensorViewExecutor
{
    private static readonly ColorOperation[] Operations = Enum.GetValues<ColorOperation>();

    /// <summary>Makes the views that the parameters describe.</summary>
    /// <param name="images">Decoded images of any sizes, at least one; borrowed.</param>
    /// <param name="parameters">What is done to each.</param>
    /// <param name="options">Size, interpolation, order and normalization.</param>
    /// <param name="device">Where the views are made and stay.</param>
    /// <returns>Float32 [N, 3, height, width], normalized; the caller owns it.</returns>
    public static Tensor Run(
        IReadOnlyList<DecodedImage> images, IReadOnlyList<ViewParameters> parameters, ViewTransformOptions options, Device device)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        var views_N3HW = TensorResampler.Run(images, parameters, options, device);
        if (options.Interpolation == ResizeFilter.Bicubic)
        {
            // A cubic swings beyond 0 and 1 at edges; 8-bit images cannot.
            TensorColors.Limit(views_N3HW);
        }

        Change(views_N3HW, parameters, drawn => drawn.RotationDegrees != 0, (views, drawn) =>
            TensorRotation.Run(views, [.. drawn.Select(one => one.RotationDegrees)]));
        Jitter(views_N3HW, parameters);
        Change(views_N3HW, parameters, drawn => drawn.Grayscale, (views, _) => TensorColors.Gray(views).expand_as(views));
        if (options.SolarizeBeforeBlur)
        {
            Solarize(views_N3HW, parameters, options);
        }

        Change(views_N3HW, parameters, drawn => drawn.BlurSigma > 0, (views, drawn) =>
            TensorBlur.Run(views, [.. drawn.Select(one => BoxBlurKernel.FromSigma(one.BlurSigma))]));
        if (!options.SolarizeBeforeBlur)
        {
            Solarize(views_N3HW, parameters, options);
        }

        return Normalize(views_N3HW, options.Normalize).MoveToOuterDisposeScope();
    }

    private static void Jitter(Tensor views_N3HW, IReadOnlyList<ViewParameters> parameters)
    {
        var length = parameters.Max(drawn => drawn.ColorJitter.Length);
        for (var place = 0; place < length; place++)
        {
            foreach (var operation in Operations)
            {
                Change(
                    views_N3HW,
                    parameters,
                    drawn => drawn.ColorJitter.Length > place && drawn.ColorJitter[place].Operation == operation,
                    (views, drawn) => TensorColors.Adjust(views, operation, [.. drawn.Select(one => one.ColorJitter[place].Amount)]));
            }
        }
    }

    // Between two 8-bit values, so that rounding in float cannot change the side of a value that stands on the threshold.
    private static void Solarize(Tensor views_N3HW, IReadOnlyList<ViewParameters> parameters, ViewTransformOptions options) =>
        Change(views_N3HW, parameters, drawn => drawn.Solarize, (views, _) =>
            TensorColors.Solarize(views, (float)((options.SolarizationThreshold - 0.5) / 255)));

    private static Tensor Normalize(Tensor views_N3HW, ChannelNormalization normalization)
    {
        Tensor Channels(Func<int, double> value) =>
            tensor([(float)value(0), (float)value(1), (float)value(2)], device: views_N3HW.device).view(1, 3, 1, 1);

        return (views_N3HW - Channels(normalization.Mean)) / Channels(normalization.Deviation);
    }

    private static void Change(
        Tensor views_N3HW,
        IReadOnlyList<ViewParameters> parameters,
        Func<ViewParameters, bool> isChosen,
        Func<Tensor, ViewParameters[], Tensor> operation)
    {
        long[] rows = [.. Enumerable.Range(0, parameters.Count).Where(index => isChosen(parameters[index])).Select(index => (long)index)];
        if (rows.Length == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        ViewParameters[] chosen = [.. rows.Select(row => parameters[(int)row])];
        if (rows.Length == parameters.Count)
        {
            views_N3HW.copy_(operation(views_N3HW, chosen));
            return;
        }

        var rows_M = tensor(rows, device: views_N3HW.device);
        views_N3HW.index_copy_(0, rows_M, operation(views_N3HW.index_select(0, rows_M), chosen));
    }
}
