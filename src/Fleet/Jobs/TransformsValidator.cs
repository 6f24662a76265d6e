namespace LightlyCluster.Fleet.Jobs;

/// <summary>Says what of the transforms' part of a specification cannot be used.</summary>
internal static class TransformsValidator
{
    private static readonly (string Low, string High)[] Ranges =
    [
        ("sigmaLow", "sigmaHigh"), ("minScale", "maxScale"), ("globalMinScale", "globalMaxScale"), ("localMinScale", "localMaxScale"),
    ];

    private static readonly string[] OfCrops =
        [TransformCatalog.LocalViews, "globalCropSize", "localCropSize", "globalMinScale", "globalMaxScale", "localMinScale", "localMaxScale"];

    /// <summary>Checks preset and overrides.</summary>
    public static void Check(TransformsSpecification transforms, ViolationCollector violations)
    {
        violations.RequireWord("transforms.preset", transforms.Preset, TransformCatalog.Presets);
        violations.RequireParameters("transforms", transforms.Overrides, TransformCatalog.Parameters, "transforms");
        foreach (var (low, high) in Ranges)
        {
            if (transforms.Overrides.TryGetValue(low, out var lowest) && transforms.Overrides.TryGetValue(high, out var highest) && lowest > highest)
            {
                violations.Add($"transforms.{low}", $"{lowest:R}", $"transforms.{low} is {lowest:R}, above {high} {highest:R}; it must not be larger");
            }
        }

        var unfitting = Unfitting(transforms.Preset);
        foreach (var name in unfitting.Where(transforms.Overrides.ContainsKey))
        {
            violations.Add(
                $"transforms.{name}",
                $"{transforms.Overrides[name]:R}",
                name == TransformCatalog.NumViews
                    ? $"transforms.{name} fits presets whose views are alike, not {transforms.Preset}"
                    : $"transforms.{name} fits presets with large and small crops (swav, dino, msn), not {transforms.Preset}");
        }
    }

    private static string[] Unfitting(string preset)
    {
        if (TransformCatalog.IsMultiCrop(preset))
        {
            return [TransformCatalog.NumViews];
        }

        return preset is "byol" or "barlow-twins" or "tico" ? [TransformCatalog.NumViews, .. OfCrops] : OfCrops;
    }
}
