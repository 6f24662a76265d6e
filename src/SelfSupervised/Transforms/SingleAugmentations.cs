namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Takes the operations of a view apart: each one alone, always applied, everything else off.</summary>
/// <remarks>For measuring what features are invariant to, and for previews.</remarks>
public static class SingleAugmentations
{
    private const double StandardMinimumScale = 0.08;

    /// <summary>One entry for each operation, named by its group: "shape.randomCrop", "texture.gaussianBlur", "color.grayscale".</summary>
    /// <param name="options">Where strengths and ranges come from; an operation without any strength there gets the usual one.</param>
    /// <returns>
    /// Random crop, horizontal flip, vertical flip, rotation, Gaussian blur, color jitter, grayscale and solarization, each with
    /// probability 1 and the size and normalization of <paramref name="options"/>.
    /// </returns>
    public static IReadOnlyList<(string Name, ViewTransformOptions Options)> Of(ViewTransformOptions options)
    {
        var plain = Plain(options);
        var hasJitter = options.CjStrength * (options.CjBright + options.CjContrast + options.CjSat + options.CjHue) > 0;
        return
        [
            ("shape.randomCrop", plain with
            {
                MinScale = options.MinScale < 1 ? options.MinScale : StandardMinimumScale,
                MaxScale = options.MaxScale,
            }),
            ("shape.horizontalFlip", plain with { HfProb = 1 }),
            ("shape.verticalFlip", plain with { VfProb = 1 }),
            ("shape.rotation", plain with { RrProb = 1 }),
            ("texture.gaussianBlur", plain with { GaussianBlur = 1 }),
            ("color.colorJitter", (hasJitter ? plain : WithUsualJitter(plain)) with { CjProb = 1 }),
            ("color.grayscale", plain with { RandomGrayScale = 1 }),
            ("color.solarization", plain with { SolarizationProb = 1 }),
        ];
    }

    /// <summary>The same view without any random operation: the resized image.</summary>
    /// <param name="options">Options of a view.</param>
    /// <returns>Its options with everything switched off.</returns>
    public static ViewTransformOptions Plain(ViewTransformOptions options) => options.WithInvariances(InvarianceGroups.None);

    private static ViewTransformOptions WithUsualJitter(ViewTransformOptions options)
    {
        var usual = new ViewTransformOptions();
        return options with
        {
            CjStrength = usual.CjStrength,
            CjBright = usual.CjBright,
            CjContrast = usual.CjContrast,
            CjSat = usual.CjSat,
            CjHue = usual.CjHue,
        };
    }
}
