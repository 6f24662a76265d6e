using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Modules.Kernels;

/// <summary>Batch normalization, an addition and ReLU of channels-last memory, each pass over the memory at once.</summary>
/// <remarks>
/// libtorch makes a pass for each operation: two for statistics, one each to normalize, to add and to rectify, and as many back. Small
/// networks spend more time on these than on convolutions. Sums run over fixed blocks of rows in float32 and over the blocks in float64.
/// </remarks>
/// <typeparam name="TElement">Type of the batch.</typeparam>
internal static unsafe class NormalizationKernel<TElement>
    where TElement : struct, IChannelElement
{
    private const int Width = ChannelRows.Width;

    /// <summary>Adds up, for each block, the channels' differences from the first row, and their squares.</summary>
    /// <param name="rows">Shape.</param>
    /// <param name="input">The batch.</param>
    /// <param name="first">Receives the first row, [channels].</param>
    /// <param name="sums">Receives for each block [2, channels].</param>
    public static void Moments(ChannelRows rows, void* input, float* first, float* sums)
    {
        for (var channel = 0; channel < rows.Channels; channel += Width)
        {
            TElement.Load(input, channel).Store(first + channel);
        }

        rows.ForEachBlock(block =>
        {
            var (start, end) = rows.Block(block);
            for (var channel = 0; channel < rows.Channels; channel += Width)
            {
                MomentsOfBlock(start, end, rows.Channels, channel, input, sums + ((long)block * 2 * rows.Channels));
            }
        });
    }

    /// <summary>Writes max(0, scale * input + shift [+ shortcut]).</summary>
    public static void Normalize(ChannelRows rows, void* input, void* shortcut, float* scale, float* shift, void* output) => rows.ForEachBlock(block =>
    {
        var (start, end) = rows.Block(block);
        NormalizeBlock(start, end, rows.Channels, input, shortcut, scale, shift, output);
    });

    /// <summary>Takes the gradient where the output is positive, and adds up, for each block, it and its product with the centred input.</summary>
    /// <param name="rows">Shape.</param>
    /// <param name="gradient">Gradient of the output.</param>
    /// <param name="input">The batch.</param>
    /// <param name="output">The output; null: its sign follows from scale and shift.</param>
    /// <param name="statistics">[4, channels]: mean, unused here, scale, shift.</param>
    /// <param name="passed">Receives the gradient where the output is positive; null: it is not wanted.</param>
    /// <param name="sums">Receives for each block [2, channels].</param>
    public static void GradientMoments(
        ChannelRows rows, void* gradient, void* input, void* output, float* statistics, void* passed, float* sums) => rows.ForEachBlock(block =>
    {
        var (start, end) = rows.Block(block);
        for (var channel = 0; channel < rows.Channels; channel += Width)
        {
            GradientMomentsOfBlock(
                start, end, rows.Channels, channel, gradient, input, output, statistics, passed, sums + ((long)block * 2 * rows.Channels));
        }
    });

    /// <summary>Writes the gradient of the input: factors[0] * gradient + factors[1] * (input - mean) + factors[2].</summary>
    /// <param name="rows">Shape.</param>
    /// <param name="gradient">Gradient of the output, or of it only where the output is positive.</param>
    /// <param name="isPassed">Whether it is the latter.</param>
    /// <param name="input">The batch.</param>
    /// <param name="statistics">[4, channels]: mean, unused here, scale, shift.</param>
    /// <param name="factors">[3, channels].</param>
    /// <param name="inputGradient">Receives the result.</param>
    public static void InputGradient(
        ChannelRows rows, void* gradient, bool isPassed, void* input, float* statistics, float* factors, void* inputGradient) => rows.ForEachBlock(block =>
    {
        var (start, end) = rows.Block(block);
        InputGradientOfBlock(start, end, rows.Channels, gradient, isPassed, input, statistics, factors, inputGradient);
    });

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void MomentsOfBlock(int start, int end, int channels, int channel, void* input, float* sums)
    {
        // The first row: sums of squares of differences from a value of the batch lose nothing where the mean is large.
        var shift = TElement.Load(input, channel);
        Vector512<float> first0 = default, first1 = default, first2 = default, first3 = default;
        Vector512<float> second0 = default, second1 = default, second2 = default, second3 = default;
        var row = start;
        for (; row + 4 <= end; row += 4)
        {
            var place = ((nint)row * channels) + channel;
            var value0 = TElement.Load(input, place) - shift;
            var value1 = TElement.Load(input, place + channels) - shift;
            var value2 = TElement.Load(input, place + (2 * channels)) - shift;
            var value3 = TElement.Load(input, place + (3 * channels)) - shift;
            first0 += value0;
            first1 += value1;
            first2 += value2;
            first3 += value3;
            second0 = Vector512.FusedMultiplyAdd(value0, value0, second0);
            second1 = Vector512.FusedMultiplyAdd(value1, value1, second1);
            second2 = Vector512.FusedMultiplyAdd(value2, value2, second2);
            second3 = Vector512.FusedMultiplyAdd(value3, value3, second3);
        }

        for (; row < end; row++)
        {
            var value = TElement.Load(input, ((nint)row * channels) + channel) - shift;
            first0 += value;
            second0 = Vector512.FusedMultiplyAdd(value, value, second0);
        }

        ((first0 + first1) + (first2 + first3)).Store(sums + channel);
        ((second0 + second1) + (second2 + second3)).Store(sums + channels + channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void NormalizeBlock(int start, int end, int channels, void* input, void* shortcut, float* scale, float* shift, void* output)
    {
        for (var row = start; row < end; row++)
        {
            var place = (nint)row * channels;
            for (var channel = 0; channel < channels; channel += Width)
            {
                var value = Vector512.FusedMultiplyAdd(
                    TElement.Load(input, place + channel), Vector512.Load(scale + channel), Vector512.Load(shift + channel));
                if (shortcut != null)
                {
                    value += TElement.Load(shortcut, place + channel);
                }

                TElement.Store(Positive(value, value), output, place + channel);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void GradientMomentsOfBlock(
        int start, int end, int channels, int channel, void* gradient, void* input, void* output, float* statistics, void* passed, float* sums)
    {
        var mean = Vector512.Load(statistics + channel);
        var scale = Vector512.Load(statistics + (2 * channels) + channel);
        var shift = Vector512.Load(statistics + (3 * channels) + channel);
        Vector512<float> first0 = default, first1 = default, second0 = default, second1 = default;
        for (var row = start; row < end; row++)
        {
            var place = ((nint)row * channels) + channel;
            var value = TElement.Load(input, place);
            var sign = output == null ? Vector512.FusedMultiplyAdd(value, scale, shift) : TElement.Load(output, place);
            var taken = Positive(sign, TElement.Load(gradient, place));
            if (passed != null)
            {
                TElement.Store(taken, passed, place);
            }

            (first0, first1) = (first1, first0 + taken);
            (second0, second1) = (second1, Vector512.FusedMultiplyAdd(taken, value - mean, second0));
        }

        (first0 + first1).Store(sums + channel);
        (second0 + second1).Store(sums + channels + channel);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InputGradientOfBlock(
        int start, int end, int channels, void* gradient, bool isPassed, void* input, float* statistics, float* factors, void* inputGradient)
    {
        for (var row = start; row < end; row++)
        {
            var place = (nint)row * channels;
            for (var channel = 0; channel < channels; channel += Width)
            {
                var value = TElement.Load(input, place + channel);
                var taken = TElement.Load(gradient, place + channel);
                if (!isPassed)
                {
                    var sign = Vector512.FusedMultiplyAdd(
                        value, Vector512.Load(statistics + (2 * channels) + channel), Vector512.Load(statistics + (3 * channels) + channel));
                    taken = Positive(sign, taken);
                }

                var centred = value - Vector512.Load(statistics + channel);
                var result = Vector512.FusedMultiplyAdd(centred, Vector512.Load(factors + channels + channel), Vector512.Load(factors + (2 * channels) + channel));
                TElement.Store(Vector512.FusedMultiplyAdd(taken, Vector512.Load(factors + channel), result), inputGradient, place + channel);
            }
        }
    }

    /// <summary>A value where a sign is positive or not a number, else 0: as ReLU and its gradient treat it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Positive(Vector512<float> sign, Vector512<float> value) =>
        Vector512.ConditionalSelect(Vector512.LessThanOrEqual(sign, Vector512<float>.Zero), Vector512<float>.Zero, value);
}
