namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>How one view is made of an image. The names are lightly's; the defaults are those of its SimCLR transform.</summary>
/// <remarks>
/// The operations run in this order: random resized crop, horizontal flip, vertical flip, rotation, colour jitter, grayscale,
/// blur, solarization, normalization. A probability of 0 switches one off; <c>MinScale = 1</c> makes the crop take the whole image.
/// </remarks>
public sealed record ViewTransformOptions
{
    /// <summary>Height and width of the view in pixels.</summary>
    public ImageSize InputSize { get; init; } = 224;

    /// <summary>Smallest area of a crop, as a part of the image's area, above 0 up to <see cref="MaxScale"/>.</summary>
    public double MinScale { get; init; } = 0.08;

    /// <summary>Largest area of a crop, as a part of the image's area, up to 1.</summary>
    public double MaxScale { get; init; } = 1;

    /// <summary>How the crop is resized.</summary>
    public ResizeFilter Interpolation { get; init; } = ResizeFilter.Bilinear;

    /// <summary>Probability of a horizontal flip.</summary>
    public double HfProb { get; init; } = 0.5;

    /// <summary>Probability of a vertical flip; raise it where there is no up, as in satellite images.</summary>
    public double VfProb { get; init; }

    /// <summary>Probability of a rotation.</summary>
    public double RrProb { get; init; }

    /// <summary>Range of the rotation in degrees, counter-clockwise; null rotates by exactly 90 degrees.</summary>
    public ValueRange? RrDegrees { get; init; }

    /// <summary>Probability of colour jitter.</summary>
    public double CjProb { get; init; } = 0.8;

    /// <summary>Multiplies the four amounts of colour jitter.</summary>
    public double CjStrength { get; init; } = 1;

    /// <summary>Amount of brightness jitter: the factor is drawn from [1 - amount, 1 + amount], not below 0.</summary>
    public double CjBright { get; init; } = 0.8;

    /// <summary>Amount of contrast jitter, as for brightness.</summary>
    public double CjContrast { get; init; } = 0.8;

    /// <summary>Amount of saturation jitter, as for brightness.</summary>
    public double CjSat { get; init; } = 0.8;

    /// <summary>Amount of hue jitter: the shift is drawn from [-amount, amount] turns; with the strength at most 0.5.</summary>
    public double CjHue { get; init; } = 0.2;

    /// <summary>Probability of conversion to gray (three equal channels).</summary>
    public double RandomGrayScale { get; init; } = 0.2;

    /// <summary>Probability of Gaussian blur.</summary>
    public double GaussianBlur { get; init; } = 0.5;

    /// <summary>Range of the blur's standard deviation in pixels of the view.</summary>
    public ValueRange Sigmas { get; init; } = new(0.1, 2);

    /// <summary>Probability of solarization.</summary>
    public double SolarizationProb { get; init; }

    /// <summary>Values of 0 to 255 from this one on are inverted by solarization.</summary>
    public double SolarizationThreshold { get; init; } = 128;

    /// <summary>Solarize before the blur, as VICReg does, instead of after it.</summary>
    public bool SolarizeBeforeBlur { get; init; }

    /// <summary>Mean and standard deviation of the result's channels.</summary>
    public ChannelNormalization Normalize { get; init; } = ChannelNormalization.ImageNet;

    /// <summary>Switches groups of augmentations off.</summary>
    /// <param name="groups">The groups that stay.</param>
    /// <returns>The options with the other groups' probabilities at 0; without <c>Shape</c> a view is the whole image
    /// (its central part where one side is more than 4/3 of the other).</returns>
    public ViewTransformOptions WithInvariances(InvarianceGroups groups)
    {
        var result = this;
        if (!groups.HasFlag(InvarianceGroups.Shape))
        {
            result = result with { MinScale = 1, MaxScale = 1, HfProb = 0, VfProb = 0, RrProb = 0 };
        }

        if (!groups.HasFlag(InvarianceGroups.Texture))
        {
            result = result with { GaussianBlur = 0 };
        }

        return groups.HasFlag(InvarianceGroups.Color)
            ? result
            : result with { CjProb = 0, RandomGrayScale = 0, SolarizationProb = 0 };
    }

    /// <summary>Sets one parameter by lightly's name in camel case, for example "minScale".</summary>
    /// <param name="name">A name of <see cref="TransformParameters.All"/>; snake case is understood as well.</param>
    /// <param name="value">A number, a list of numbers, a text that holds them, or null where the parameter may be absent.</param>
    /// <returns>The changed options, not yet validated.</returns>
    /// <exception cref="ArgumentException">There is no such parameter, or the value does not fit it.</exception>
    public ViewTransformOptions WithOverride(string name, object? value) => TransformParameters.Apply(this, name, value);

    /// <summary>Checks every value.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it and what is allowed.</exception>
    public void Validate() => ViewTransformValidation.Require(this);
}
