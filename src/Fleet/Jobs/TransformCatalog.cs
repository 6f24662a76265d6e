using static LightlyCluster.Fleet.Jobs.ParameterDefinition;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>Presets of transforms and what of them can be overridden, under lightly's names.</summary>
/// <remarks>
/// The defaults stated here are those of lightly's SimCLR collate; the values of each preset live with the transforms.
/// </remarks>
public static class TransformCatalog
{
    /// <summary>Preset of SimCLR.</summary>
    public const string SimClr = "simclr";

    /// <summary>Preset of MoCo, version 1.</summary>
    public const string MoCoV1 = "moco-v1";

    /// <summary>Preset of MoCo, version 2.</summary>
    public const string MoCoV2 = "moco-v2";

    /// <summary>The presets, in the order in which they are listed.</summary>
    public static IReadOnlyList<string> Presets { get; } = [SimClr, MoCoV1, MoCoV2];

    /// <summary>What can be overridden, in the order in which it is applied.</summary>
    public static IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        Number("minScale", 0.08, 0.001, 1, "Smallest area of a random crop, as a part of the image; 1 switches cropping off."),
        Number("hfProb", 0.5, 0, 1, "Probability of a horizontal flip."),
        Number("vfProb", 0, 0, 1, "Probability of a vertical flip."),
        Number("rrProb", 0, 0, 1, "Probability of a rotation."),
        Number("rrDegrees", 0, 0, 360, "Range of the rotation, from -x to x degrees; 0 = exactly 90 degrees."),
        Number("cjProb", 0.8, 0, 1, "Probability of colour jitter."),
        Number("cjStrength", 0.5, 0, 10, "Multiplies all strengths of colour jitter."),
        Number("cjBright", 0.8, 0, 10, "Strength of the jitter of brightness."),
        Number("cjContrast", 0.8, 0, 10, "Strength of the jitter of contrast."),
        Number("cjSat", 0.8, 0, 10, "Strength of the jitter of saturation."),
        Number("cjHue", 0.2, 0, 5, "Strength of the jitter of hue; at most 0.5 after multiplication."),
        Number("randomGrayScale", 0.2, 0, 1, "Probability of grayscale."),
        Number("gaussianBlur", 0.5, 0, 1, "Probability of Gaussian blur."),
        Number("sigmaLow", 0.2, 0.01, 100, "Smallest sigma of the blur in pixels."),
        Number("sigmaHigh", 2, 0.01, 100, "Largest sigma of the blur in pixels."),
        Number("solarize", 0, 0, 1, "Probability of solarization."),
    ];

    /// <summary>The parameter of a name; null where there is none.</summary>
    public static ParameterDefinition? Find(string name) => Parameters.FirstOrDefault(parameter => parameter.Name == name);
}
