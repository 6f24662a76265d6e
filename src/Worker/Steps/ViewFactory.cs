using System.Collections.Immutable;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.Worker.Steps;

/// <summary>Turns the transforms of a specification into views.</summary>
internal static class ViewFactory
{
    private const int LargeViews = 2;

    /// <summary>Builds the views.</summary>
    /// <exception cref="ArgumentException">Values do not fit together.</exception>
    public static ViewPipeline Create(JobSpecification specification)
    {
        var transforms = specification.Transforms;
        var preset = TransformPresets.Get(transforms.Preset, specification.Data.ImageSize);
        preset = preset with { Views = WithCount(preset.Views, transforms) };
        if (transforms.Overrides.TryGetValue("sigmaLow", out _) || transforms.Overrides.TryGetValue("sigmaHigh", out _))
        {
            preset = preset.Map(view => view with
            {
                Sigmas = new(Value(transforms, "sigmaLow", view.Sigmas.Low), Value(transforms, "sigmaHigh", view.Sigmas.High)),
            });
        }

        foreach (var (name, value) in transforms.Overrides.Where(entry => !IsOfViews(entry.Key)))
        {
            preset = preset.WithOverride(name, name == "rrDegrees" && value == 0 ? null : value);
        }

        return new(preset.WithInvariances(GroupsOf(transforms.Invariances)));
    }

    private static InvarianceGroups GroupsOf(InvariancesSpecification invariances) =>
        (invariances.Shape ? InvarianceGroups.Shape : InvarianceGroups.None)
        | (invariances.Texture ? InvarianceGroups.Texture : InvarianceGroups.None)
        | (invariances.Color ? InvarianceGroups.Color : InvarianceGroups.None);

    private static ImmutableArray<ViewTransformOptions> WithCount(ImmutableArray<ViewTransformOptions> views, TransformsSpecification transforms)
    {
        if (!TransformCatalog.IsMultiCrop(transforms.Preset))
        {
            return transforms.Overrides.TryGetValue(TransformCatalog.NumViews, out var count) ? [.. Enumerable.Repeat(views[0], (int)count)] : views;
        }

        var large = views.Take(LargeViews).Select(view => view with
        {
            InputSize = (int)Value(transforms, "globalCropSize", view.InputSize.Height),
            MinScale = Value(transforms, "globalMinScale", view.MinScale),
            MaxScale = Value(transforms, "globalMaxScale", view.MaxScale),
        });
        var small = views[LargeViews] with
        {
            InputSize = (int)Value(transforms, "localCropSize", views[LargeViews].InputSize.Height),
            MinScale = Value(transforms, "localMinScale", views[LargeViews].MinScale),
            MaxScale = Value(transforms, "localMaxScale", views[LargeViews].MaxScale),
        };
        return [.. large, .. Enumerable.Repeat(small, (int)Value(transforms, TransformCatalog.LocalViews, views.Length - LargeViews))];
    }

    private static double Value(TransformsSpecification transforms, string name, double standard) =>
        transforms.Overrides.TryGetValue(name, out var value) ? value : standard;

    private static bool IsOfViews(string name) => name is TransformCatalog.NumViews or TransformCatalog.LocalViews or "sigmaLow" or "sigmaHigh"
        || name.StartsWith("global", StringComparison.Ordinal) || name.StartsWith("local", StringComparison.Ordinal);
}
