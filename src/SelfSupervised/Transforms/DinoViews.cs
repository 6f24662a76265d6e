namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Makes the views of DINO's multi-crop.</summary>
internal static class DinoViews
{
    /// <summary>Two large views and a number of small ones.</summary>
    /// <exception cref="ArgumentException">There are not three probabilities of blur, or the number of views is negative.</exception>
    public static IEnumerable<ViewTransformOptions> Expand(
        int globalCropSize,
        ValueRange globalCropScale,
        int localCropSize,
        ValueRange localCropScale,
        int localViewCount,
        IReadOnlyList<double> gaussianBlur,
        double solarizationProb,
        ViewTransformOptions shared)
    {
        if (gaussianBlur.Count != 3)
        {
            throw new ArgumentException(
                $"gaussianBlur has {gaussianBlur.Count} entries; it needs three: first large, second large and small views.",
                nameof(gaussianBlur));
        }

        if (localViewCount < 0)
        {
            throw new ArgumentException($"nLocalViews is {localViewCount}; allowed is 0 or more.", nameof(localViewCount));
        }

        var large = shared with { InputSize = globalCropSize, MinScale = globalCropScale.Low, MaxScale = globalCropScale.High };
        var small = shared with
        {
            InputSize = localCropSize,
            MinScale = localCropScale.Low,
            MaxScale = localCropScale.High,
            GaussianBlur = gaussianBlur[2],
        };
        return
        [
            large with { GaussianBlur = gaussianBlur[0] },
            large with { GaussianBlur = gaussianBlur[1], SolarizationProb = solarizationProb },
            .. Enumerable.Repeat(small, localViewCount),
        ];
    }
}
