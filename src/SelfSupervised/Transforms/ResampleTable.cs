namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>For each position of a resized axis: where its source positions start, and their weights.</summary>
/// <remarks>
/// Pillow's antialiased filters: a triangle or a cubic, stretched by the scale when the image shrinks, cut off at the edges of the
/// crop and normalized to the sum 1. All positions have the same number of weights; missing ones are 0.
/// </remarks>
internal sealed class ResampleTable
{
    private int[] _starts = [];
    private float[] _weights = [];
    private double[] _raw = [];

    /// <summary>Number of weights of every position.</summary>
    public int TapCount { get; private set; }

    /// <summary>First source position of each position.</summary>
    public ReadOnlySpan<int> Starts => _starts;

    /// <summary>Weights, <see cref="TapCount"/> for each position.</summary>
    public ReadOnlySpan<float> Weights => _weights;

    /// <summary>Fills the table.</summary>
    /// <param name="sourceLength">Length of the crop's axis in pixels.</param>
    /// <param name="targetLength">Length of the view's axis in pixels.</param>
    /// <param name="mode">The filter.</param>
    /// <param name="isReversed">Mirror the axis.</param>
    /// <param name="factor">Multiplies all weights.</param>
    public void Build(int sourceLength, int targetLength, ResizeFilter mode, bool isReversed, double factor)
    {
        var scale = (double)sourceLength / targetLength;
        var stretch = Math.Max(scale, 1);
        var support = (mode == ResizeFilter.Bicubic ? 2 : 1) * stretch;
        TapCount = Math.Min((int)Math.Ceiling(support * 2) + 1, sourceLength);
        if (_starts.Length < targetLength)
        {
            _starts = new int[targetLength];
        }

        if (_weights.Length < targetLength * TapCount)
        {
            _weights = new float[targetLength * TapCount];
        }

        if (_raw.Length < TapCount)
        {
            _raw = new double[TapCount];
        }

        var raw = _raw;
        for (var position = 0; position < targetLength; position++)
        {
            var center = (position + 0.5) * scale;
            var first = Math.Max((int)(center - support + 0.5), 0);
            var count = Math.Min((int)(center + support + 0.5), sourceLength) - first;
            var sum = 0.0;
            for (var tap = 0; tap < count; tap++)
            {
                raw[tap] = Filter(mode, (tap + first - center + 0.5) / stretch);
                sum += raw[tap];
            }

            // Near the end the window moves back, so that all taps lie inside of the crop.
            var start = Math.Min(first, sourceLength - TapCount);
            var target = isReversed ? targetLength - 1 - position : position;
            _starts[target] = start;
            var weights = _weights.AsSpan(target * TapCount, TapCount);
            weights.Clear();
            for (var tap = 0; tap < count; tap++)
            {
                weights[first - start + tap] = (float)(raw[tap] / sum * factor);
            }
        }
    }

    private static double Filter(ResizeFilter mode, double distance)
    {
        var x = Math.Abs(distance);
        if (mode == ResizeFilter.Bilinear)
        {
            return x < 1 ? 1 - x : 0;
        }

        const double A = -0.5;
        if (x < 1)
        {
            return ((((A + 2) * x) - (A + 3)) * x * x) + 1;
        }

        return x < 2 ? ((((x - 5) * x) + 8) * x - 4) * A : 0;
    }
}
