namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>lightly's transforms by name, with lightly's values.</summary>
/// <remarks>
/// For views of up to <see cref="SmallSideMaximum"/> pixels Gaussian blur is off by default, as in lightly's CIFAR-10 protocol: a blur
/// made for photographs would wipe out small images. An override brings it back.
/// </remarks>
public static class TransformPresets
{
    /// <summary>Views with no side longer than this have no blur by default.</summary>
    public const int SmallSideMaximum = 64;

    private const int StandardSide = 224;
    private const int SmallViewStep = 8;

    private static readonly SortedDictionary<string, Func<MultiViewTransform>> Presets = new(StringComparer.Ordinal)
    {
        ["barlow-twins"] = () => new BYOLTransform(),
        ["byol"] = () => new BYOLTransform(),
        ["dino"] = () => new DINOTransform(),
        ["fastsiam"] = () => new FastSiamTransform(),
        ["mmcr"] = () => new MMCRTransform(),
        ["moco-v1"] = () => new MoCoV1Transform(),
        ["moco-v2"] = () => new MoCoV2Transform(),
        ["msn"] = () => new MSNTransform(),
        ["nnclr"] = () => new SimCLRTransform(),
        ["simclr"] = () => new SimCLRTransform(),
        ["simsiam"] = () => new SimSiamTransform(),
        ["swav"] = () => new SwaVTransform(),
        ["tico"] = () => new TiCoTransform(),
        ["vicreg"] = () => new VICRegTransform(),
    };

    /// <summary>Names of the presets in ordinal order.</summary>
    public static IReadOnlyCollection<string> Names => Presets.Keys;

    /// <summary>Gives a preset for an input size.</summary>
    /// <param name="name">A name of <see cref="Names"/>; case and hyphens do not matter.</param>
    /// <param name="inputSize">
    /// Height and width of the large views in pixels; small views of a multi-crop keep their proportion, in steps of 8 pixels.
    /// </param>
    /// <returns>The preset, not yet validated.</returns>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static TransformPreset Get(string name, ImageSize inputSize)
    {
        var preset = Get(name).Map(view => view with { InputSize = Scale(view.InputSize, inputSize) });
        return inputSize.LongerSide <= SmallSideMaximum ? preset.Map(view => view with { GaussianBlur = 0 }) : preset;
    }

    /// <summary>Gives a preset at lightly's own input size (224 pixels).</summary>
    /// <param name="name">A name of <see cref="Names"/>; case and hyphens do not matter.</param>
    /// <returns>The preset.</returns>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static TransformPreset Get(string name)
    {
        var known = Names.FirstOrDefault(candidate => Plain(candidate).Equals(Plain(name), StringComparison.OrdinalIgnoreCase))
            ?? throw new ArgumentException(
                $"There is no transform preset '{name}'; known are {string.Join(", ", Names)}.", nameof(name));
        return new TransformPreset(known, Presets[known]().Views);
    }

    private static string Plain(string name) =>
        name.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);

    private static ImageSize Scale(ImageSize standard, ImageSize wanted) => standard.LongerSide >= StandardSide
        ? wanted
        : new ImageSize(ScaleSide(standard.Height, wanted.Height), ScaleSide(standard.Width, wanted.Width));

    private static int ScaleSide(int standard, long wanted)
    {
        var steps = Math.Round(wanted * standard / (double)(StandardSide * SmallViewStep));
        return (int)Math.Clamp(steps, 1, int.MaxValue / SmallViewStep) * SmallViewStep;
    }
}
