using System.Runtime.Intrinsics;
using LightlyCluster.SelfSupervised.Datasets;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Computes the pixels of one view; each thread has one, with its memory.</summary>
internal sealed unsafe class ViewExecutor
{
    private const int Step = 8;

    [ThreadStatic]
    private static ViewExecutor? _ofThread;

    private readonly ImageResampler _resampler = new();
    private readonly GaussianBlurFilter _blur = new();
    private PlanarImage _view = new();
    private PlanarImage _spare = new();

    /// <summary>Makes the view that the parameters describe.</summary>
    /// <param name="image">The image.</param>
    /// <param name="parameters">What is done to it.</param>
    /// <param name="options">Size, interpolation, order and normalization.</param>
    /// <param name="output">Receives float32 [3, height, width], normalized.</param>
    public static void Run(DecodedImage image, ViewParameters parameters, ViewTransformOptions options, Span<float> output) =>
        (_ofThread ??= new ViewExecutor()).Compute(image, parameters, options, output);

    private void Compute(DecodedImage image, ViewParameters parameters, ViewTransformOptions options, Span<float> output)
    {
        _view.Resize(options.InputSize.Height, options.InputSize.Width);
        _resampler.Run(
            image, parameters.Crop, _view, options.Interpolation, parameters.HorizontalFlip, parameters.VerticalFlip);
        if (options.Interpolation == ResizeFilter.Bicubic)
        {
            // A cubic swings beyond 0 and 1 at edges; 8-bit images cannot.
            ColorKernels.Clamp(_view);
        }

        if (parameters.RotationDegrees != 0)
        {
            RotationFilter.Run(_view, _spare, parameters.RotationDegrees);
            (_view, _spare) = (_spare, _view);
        }

        foreach (var adjustment in parameters.ColorJitter)
        {
            ColorKernels.Adjust(_view, adjustment);
        }

        if (parameters.Grayscale)
        {
            ColorKernels.Grayscale(_view);
        }

        if (parameters.Solarize && options.SolarizeBeforeBlur)
        {
            Solarize(options);
        }

        if (parameters.BlurSigma > 0)
        {
            _blur.Run(_view, parameters.BlurSigma);
        }

        if (parameters.Solarize && !options.SolarizeBeforeBlur)
        {
            Solarize(options);
        }

        Normalize(_view, options.Normalize, output);
    }

    // Between two 8-bit values, so that rounding in float cannot change the side of a value that stands on the threshold.
    private void Solarize(ViewTransformOptions options) =>
        ColorKernels.Solarize(_view, (float)((options.SolarizationThreshold - 0.5) / 255));

    private static void Normalize(PlanarImage view, ChannelNormalization normalization, Span<float> output)
    {
        for (var channel = 0; channel < 3; channel++)
        {
            var mean = (float)normalization.Mean(channel);
            var deviation = (float)normalization.Deviation(channel);
            var plane = view.Plane(channel);
            var target = output.Slice(channel * view.PixelCount, view.PixelCount);
            var index = 0;
            for (; index <= target.Length - Step; index += Step)
            {
                ((Vector256.Load(plane + index) - Vector256.Create(mean)) / deviation).CopyTo(target[index..]);
            }

            for (; index < target.Length; index++)
            {
                target[index] = (plane[index] - mean) / deviation;
            }
        }
    }
}
