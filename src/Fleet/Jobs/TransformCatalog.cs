using static LightlyCluster.Fleet.Jobs.ParameterDefinition;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>Presets of transforms and what of them can be overridden, under lightly's names.</summary>
/// <remarks>
/// The defaults stated here are those of lightly's SimCLR transform; the values of each preset live with the transforms.
/// </remarks>
public static class TransformCatalog
{
    /// <summary>Preset of SimCLR.</summary>
    public const string SimClr = "simclr";

    /// <summary>Preset of MoCo, version 2.</summary>
    public const string MoCoV2 = "moco-v2";

    /// <summary>Sets how many equal views an image has.</summary>
    public const string NumViews = "numViews";

    /// <summary>Sets how many small crops an image has.</summary>
    public const string LocalViews = "nLocalViews";

    private static readonly Dictionary<string, int> ViewCounts = new(StringComparer.Ordinal)
    {
        [SimClr] = 2,
        ["moco-v1"] = 2,
        [MoCoV2] = 2,
        ["simsiam"] = 2,
        ["fast-siam"] = 4,
        ["byol"] = 2,
        ["barlow-twins"] = 2,
        ["nnclr"] = 2,
        ["vicreg"] = 2,
        ["swav"] = 8,
        ["dino"] = 8,
        ["tico"] = 2,
        ["mmcr"] = 8,
        ["msn"] = 12,
    };

    /// <summary>The presets, in the order in which they are listed.</summary>
    public static IReadOnlyList<string> Presets { get; } = [.. ViewCounts.Keys];

    /// <summary>What can be overridden, in the order in which it is applied.</summary>
    public static IReadOnlyList<ParameterDefinition> Parameters { get; } =
    [
        Integer(NumViews, 2, 2, 64, "Views of an image, for presets whose views are alike."),
        Integer(LocalViews, 6, 0, 64, "Small crops of an image beside the two large ones (swav, dino, msn)."),
        Integer("globalCropSize", 224, 8, 1024, "Side of large crops; by default data.imageSize."),
        Integer("localCropSize", 96, 8, 1024, "Side of small crops; by default 96/224 of data.imageSize."),
        Number("globalMinScale", 0.14, 0.001, 1, "Smallest area of a large crop, as a part of the image."),
        Number("globalMaxScale", 1, 0.001, 1, "Largest area of a large crop."),
        Number("localMinScale", 0.05, 0.001, 1, "Smallest area of a small crop."),
        Number("localMaxScale", 0.14, 0.001, 1, "Largest area of a small crop."),
        Number("minScale", 0.08, 0.001, 1, "Smallest area of a random crop, as a part of the image; 1 switches cropping off."),
        Number("maxScale", 1, 0.001, 1, "Largest area of a random crop."),
        Number("hfProb", 0.5, 0, 1, "Probability of a horizontal flip."),
        Number("vfProb", 0, 0, 1, "Probability of a vertical flip."),
        Number("rrProb", 0, 0, 1, "Probability of a rotation."),
        Number("rrDegrees", 0, 0, 360, "Range of the rotation, from -x to x degrees; 0 = exactly 90 degrees."),
        Number("cjProb", 0.8, 0, 1, "Probability of colour jitter."),
        Number("cjStrength", 1, 0, 10, "Multiplies all strengths of colour jitter."),
        Number("cjBright", 0.8, 0, 10, "Strength of the jitter of brightness."),
        Number("cjContrast", 0.8, 0, 10, "Strength of the jitter of contrast."),
        Number("cjSat", 0.8, 0, 10, "Strength of the jitter of saturation."),
        Number("cjHue", 0.2, 0, 5, "Strength of the jitter of hue; at most 0.5 after multiplication."),
        Number("randomGrayScale", 0.2, 0, 1, "Probability of grayscale."),
        Number("gaussianBlur", 0.5, 0, 1, "Probability of Gaussian blur; by default 0 up to 64 pixels."),
        Number("sigmaLow", 0.1, 0.01, 100, "Smallest sigma of the blur in pixels."),
        Number("sigmaHigh", 2, 0.01, 100, "Largest sigma of the blur in pixels."),
        Number("solarizationProb", 0, 0, 1, "Probability of solarization."),
        Number("solarizationThreshold", 128, 0, 256, "Values from this one on are inverted."),
    ];

    /// <summary>lightly's further names: a name of a list of values and the parameters that they set, in order.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Spellings { get; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal)
    {
        ["sigmas"] = ["sigmaLow", "sigmaHigh"],
        ["cropSizes"] = ["globalCropSize", "localCropSize"],
        ["cropMinScales"] = ["globalMinScale", "localMinScale"],
        ["cropMaxScales"] = ["globalMaxScale", "localMaxScale"],
        ["globalCropScale"] = ["globalMinScale", "globalMaxScale"],
        ["localCropScale"] = ["localMinScale", "localMaxScale"],
        ["solarizeProb"] = ["solarizationProb"],
        ["solarize"] = ["solarizationProb"],
    };

    /// <summary>The preset of a name, in any spelling (fastsiam, moco_v2); null where there is none.</summary>
    public static string? FindPreset(string name) => Presets.FirstOrDefault(preset => NearestName.IsSpelling(preset, name));

    /// <summary>Whether a preset has large and small crops.</summary>
    public static bool IsMultiCrop(string preset) => preset is "swav" or "dino" or "msn";

    /// <summary>Views of an image; 2 for an unknown preset.</summary>
    public static int ViewCount(TransformsSpecification transforms)
    {
        var standard = ViewCounts.GetValueOrDefault(transforms.Preset, 2);
        return IsMultiCrop(transforms.Preset)
            ? transforms.Overrides.TryGetValue(LocalViews, out var local) ? 2 + (int)local : standard
            : transforms.Overrides.TryGetValue(NumViews, out var count) ? (int)count : standard;
    }
}
