using System.Collections.Immutable;

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

    private static readonly ViewTransformOptions MildJitter = new()
    {
        CjBright = 0.4,
        CjContrast = 0.4,
        CjSat = 0.4,
        CjHue = 0.1,
        MinScale = 0.2,
    };

    private static readonly SortedDictionary<string, Func<ImmutableArray<ViewTransformOptions>>> Presets =
        new(StringComparer.OrdinalIgnoreCase)
        {
            ["simclr"] = () => Repeat(new ViewTransformOptions(), 2),
            ["moco-v1"] = () => Repeat(MildJitter with { CjHue = 0.4, GaussianBlur = 0 }, 2),
            ["moco-v2"] = () => Repeat(MildJitter, 2),
        };

    /// <summary>Names of the presets in ordinal order.</summary>
    public static IReadOnlyCollection<string> Names => Presets.Keys;

    /// <summary>Gives a preset for an input size.</summary>
    /// <param name="name">A name of <see cref="Names"/>; case does not matter.</param>
    /// <param name="inputSize">Height and width of the views in pixels.</param>
    /// <returns>The preset, not yet validated.</returns>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static TransformPreset Get(string name, ImageSize inputSize)
    {
        var preset = Get(name).Map(view => view with { InputSize = inputSize });
        return inputSize.LongerSide <= SmallSideMaximum ? preset.Map(view => view with { GaussianBlur = 0 }) : preset;
    }

    /// <summary>Gives a preset at lightly's own input size (224 pixels).</summary>
    /// <param name="name">A name of <see cref="Names"/>; case does not matter.</param>
    /// <returns>The preset.</returns>
    /// <exception cref="ArgumentException">There is no such preset.</exception>
    public static TransformPreset Get(string name) => Presets.TryGetValue(name, out var make)
        ? new TransformPreset(name, make())
        : throw new ArgumentException(
            $"There is no transform preset '{name}'; known are {string.Join(", ", Names)}.", nameof(name));

    private static ImmutableArray<ViewTransformOptions> Repeat(ViewTransformOptions view, int count) =>
        [.. Enumerable.Repeat(view, count)];
}
