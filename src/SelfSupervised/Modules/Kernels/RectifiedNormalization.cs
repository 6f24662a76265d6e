using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>Batch normalization with batch statistics, an optional addition, and ReLU, as one operation with a gradient.</summary>
/// <remarks>
/// The formulas are those of PyTorch's batch_norm, add and relu; sums are added in another order, so bits differ from theirs. The result
/// depends on the input alone: not on threads, on whether a gradient is wanted, or on the width of the machine's vectors.
/// </remarks>
internal sealed unsafe class RectifiedNormalization : autograd.SingleTensorFunction<RectifiedNormalization>
{
    private const int StatisticsRows = 4;
    private const int ChannelsMaximum = 4096;
    private const long BytesMaximum = int.MaxValue;

    [ThreadStatic]
    private static BackwardRemains? _remains;

    /// <inheritdoc/>
    public override string Name => nameof(RectifiedNormalization);

    private static BackwardRemains Remains => _remains ??= new();

    /// <summary>Whether the operation takes a batch: on the CPU, channels-last, float32 or bfloat16, at most 4,096 channels and a multiple of 16.</summary>
    public static bool Takes(Tensor input, Tensor? shortcut)
    {
        var shape = input.shape;
        return shape.Length == 4 && shape[1] % ChannelRows.Width == 0 && shape[1] <= ChannelsMaximum && IsFit(input)
            && (shortcut is null || (shortcut.dtype == input.dtype && shortcut.shape.AsSpan().SequenceEqual(shape) && IsFit(shortcut)));
    }

    /// <summary>Normalizes, adds, rectifies.</summary>
    /// <param name="input">[N, C, H, W], as <see cref="Takes"/> wants it; borrowed.</param>
    /// <param name="weight">Scale, float32 [C]; borrowed.</param>
    /// <param name="bias">Shift, float32 [C]; borrowed.</param>
    /// <param name="shortcut">What is added before ReLU, as the input; null: nothing. Borrowed.</param>
    /// <param name="sink">Takes the batch's statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <returns>[N, C, H, W], in the caller's scope.</returns>
    public static Tensor Run(Tensor input, Tensor weight, Tensor bias, Tensor? shortcut, BatchStatisticsSink sink, double epsilon)
    {
        if (!is_grad_enabled())
        {
            var statistics = empty(StatisticsRows, input.shape[1], float32);
            return Forward(input, weight, bias, shortcut, sink, epsilon, statistics);
        }

        var settings = (sink, epsilon);
        return shortcut is null ? apply(input, weight, bias, settings) : apply(input, weight, bias, shortcut, settings);
    }

    /// <summary>Throws what a backward of this thread met.</summary>
    public static void RequireSuccess() => Remains.End();

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        using var scope = NewDisposeScope();
        var (sink, epsilon) = ((BatchStatisticsSink, double))arguments[^1];
        var (input, weight, bias) = ((Tensor)arguments[0], (Tensor)arguments[1], (Tensor)arguments[2]);
        var shortcut = arguments.Length > 4 ? (Tensor)arguments[3] : null;
        var statistics = empty(StatisticsRows, input.shape[1], float32);
        var output = Forward(input, weight, bias, shortcut, sink, epsilon, statistics).MoveToOuterDisposeScope();
        statistics.MoveToOuterDisposeScope();
        context.set_materialize_grads(false);
        context.save_for_backward(shortcut is null ? [input, weight, statistics] : [input, weight, statistics, output]);
        return output;
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext context, Tensor gradient)
    {
        Remains.Release();
        try
        {
            return Backward(context.get_saved_variables(), gradient);
        }
#pragma warning disable CA1031 // Whatever it is: an exception here would end the process; RequireSuccess throws it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Remains.Fail(error);
            return [null!, null!, null!, null!, null!];
        }
    }

    private static List<Tensor> Backward(List<Tensor> saved, Tensor gradient)
    {
        using var scope = NewDisposeScope();
        scope.Attach(saved);
        var (input, weight, statistics) = (saved[0], saved[1], saved[2]);
        var (rows, input_NHWC, gradient_NHWC) = (RowsOf(input), ChannelsInnermost(input), ChannelsInnermost(gradient).contiguous());
        var output_NHWC = saved.Count > 3 ? ChannelsInnermost(saved[3]) : null;
        var passed_NHWC = output_NHWC is null ? null : empty_like(input_NHWC);
        var inputGradient_NHWC = empty_like(input_NHWC);
        var gradients_2C = empty(2, rows.Channels, float32);
        if (input.dtype == ScalarType.BFloat16)
        {
            Differentiate<BFloat16Element>(rows, gradient_NHWC, input_NHWC, output_NHWC, weight, statistics, passed_NHWC, inputGradient_NHWC, gradients_2C);
        }
        else
        {
            Differentiate<SingleElement>(rows, gradient_NHWC, input_NHWC, output_NHWC, weight, statistics, passed_NHWC, inputGradient_NHWC, gradients_2C);
        }

        gradient.Dispose();
        List<Tensor> result = [ChannelsSecond(inputGradient_NHWC), gradients_2C[0], gradients_2C[1]];
        if (passed_NHWC is not null)
        {
            result.Add(ChannelsSecond(passed_NHWC));
        }

        result.ForEach(tensor => tensor.DetachFromDisposeScope());
        Remains.Return([.. result]);
        return [.. result, null!];
    }

    private static void Differentiate<TElement>(
        ChannelRows rows, Tensor gradient, Tensor input, Tensor? output, Tensor weight, Tensor statistics, Tensor? passed, Tensor inputGradient,
        Tensor gradients)
        where TElement : struct, IChannelElement
    {
        var values = (float*)Pointer(statistics);
        var factors = stackalloc float[3 * rows.Channels];
        Span<double> sums = stackalloc double[2 * rows.Channels];
        using var partial = new PartialSums(rows);
        NormalizationKernel<TElement>.GradientMoments(
            rows, Pointer(gradient), Pointer(input), Pointer(output), values, Pointer(passed), partial.Values);
        partial.AddTo(sums);
        Factors(rows, sums, (float*)Pointer(weight), values, factors, (float*)Pointer(gradients));
        NormalizationKernel<TElement>.InputGradient(
            rows, Pointer(passed ?? gradient), passed is not null, Pointer(input), values, factors, Pointer(inputGradient));
    }

    private static Tensor Forward(
        Tensor input, Tensor weight, Tensor bias, Tensor? shortcut, BatchStatisticsSink sink, double epsilon, Tensor statistics)
    {
        using var scope = NewDisposeScope();
        var (input_NHWC, shortcut_NHWC) = (ChannelsInnermost(input), shortcut is null ? null : ChannelsInnermost(shortcut));
        var output_NHWC = empty_like(input_NHWC);
        if (input.dtype == ScalarType.BFloat16)
        {
            Normalize<BFloat16Element>(RowsOf(input), input_NHWC, shortcut_NHWC, weight, bias, sink, epsilon, statistics, output_NHWC);
        }
        else
        {
            Normalize<SingleElement>(RowsOf(input), input_NHWC, shortcut_NHWC, weight, bias, sink, epsilon, statistics, output_NHWC);
        }

        return ChannelsSecond(output_NHWC).MoveToOuterDisposeScope();
    }

    private static void Normalize<TElement>(
        ChannelRows rows, Tensor input, Tensor? shortcut, Tensor weight, Tensor bias, BatchStatisticsSink sink, double epsilon, Tensor statistics,
        Tensor output)
        where TElement : struct, IChannelElement
    {
        var values = (float*)Pointer(statistics);
        var first = stackalloc float[rows.Channels];
        Span<double> sums = stackalloc double[2 * rows.Channels];
        using var partial = new PartialSums(rows);
        NormalizationKernel<TElement>.Moments(rows, Pointer(input), first, partial.Values);
        partial.AddTo(sums);
        Statistics(rows, sums, first, (float*)Pointer(weight), (float*)Pointer(bias), epsilon, values, sink);
        var scale = values + (2 * rows.Channels);
        NormalizationKernel<TElement>.Normalize(rows, Pointer(input), Pointer(shortcut), scale, scale + rows.Channels, Pointer(output));
    }

    /// <summary>Mean, 1 / deviation, scale and shift of each channel, from the sums of the differences from the first row.</summary>
    private static void Statistics(
        ChannelRows rows, ReadOnlySpan<double> sums, float* first, float* weight, float* bias, double epsilon, float* statistics, BatchStatisticsSink sink)
    {
        var means = (float*)Pointer(sink.Mean);
        var variances = (float*)Pointer(sink.UnbiasedVariance);
        for (var channel = 0; channel < rows.Channels; channel++)
        {
            var offset = sums[channel] / rows.Count;
            var mean = first[channel] + offset;
            var variance = (sums[rows.Channels + channel] / rows.Count) - (offset * offset);
            variance = variance < 0 ? 0 : variance;
            var scale = 1 / Math.Sqrt(variance + epsilon);
            means[channel] = (float)mean;
            variances[channel] = (float)(variance * rows.Count / (rows.Count - 1));
            statistics[channel] = (float)mean;
            statistics[rows.Channels + channel] = (float)scale;
            statistics[(2 * rows.Channels) + channel] = (float)(weight[channel] * scale);
            statistics[(3 * rows.Channels) + channel] = (float)(bias[channel] - (mean * weight[channel] * scale));
        }
    }

    /// <summary>Gradients of weight and bias, and the factors of the input's gradient, from the sums of the gradient.</summary>
    private static void Factors(ChannelRows rows, ReadOnlySpan<double> sums, float* weight, float* statistics, float* factors, float* gradients)
    {
        for (var channel = 0; channel < rows.Channels; channel++)
        {
            double scale = statistics[rows.Channels + channel];
            var (sum, product) = (sums[channel], sums[rows.Channels + channel]);
            var factor = weight[channel] * scale;
            gradients[channel] = (float)(product * scale);
            gradients[rows.Channels + channel] = (float)sum;
            factors[channel] = (float)factor;
            factors[rows.Channels + channel] = (float)(-factor * scale * scale * product / rows.Count);
            factors[(2 * rows.Channels) + channel] = (float)(-factor * sum / rows.Count);
        }
    }

    private static bool IsFit(Tensor tensor)
    {
        using var inner = ChannelsInnermost(tensor);
        return tensor.device_type == DeviceType.CPU && tensor.dtype is ScalarType.Float32 or ScalarType.BFloat16
            && inner.is_contiguous() && tensor.numel() * tensor.ElementSize < BytesMaximum;
    }

    private static ChannelRows RowsOf(Tensor tensor)
    {
        var shape = tensor.shape;
        return new((int)(shape[0] * shape[2] * shape[3]), (int)shape[1]);
    }

    private static Tensor ChannelsInnermost(Tensor tensor) => tensor.permute(0, 2, 3, 1);

    private static Tensor ChannelsSecond(Tensor tensor_NHWC) => tensor_NHWC.permute(0, 3, 1, 2);

    private static void* Pointer(Tensor? tensor) => tensor is null ? null : Unsafe.AsPointer(ref MemoryMarshal.GetReference(tensor.bytes));
}
