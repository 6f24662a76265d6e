using System.Collections.Immutable;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>The views that a method makes of every image, under the method's name.</summary>
/// <param name="Name">Name of the preset, for example "simclr".</param>
/// <param name="Views">One entry a view; equal entries still draw different random numbers.</param>
public sealed record TransformPreset(string Name, ImmutableArray<ViewTransformOptions> Views)
{
    /// <summary>Sets one parameter in every view.</summary>
    /// <param name="name">A name of <see cref="TransformParameters.All"/>.</param>
    /// <param name="value">A number, a list of numbers, a text that holds them, or null where the parameter may be absent.</param>
    /// <returns>The changed preset.</returns>
    /// <exception cref="ArgumentException">There is no such parameter, or the value does not fit it.</exception>
    public TransformPreset WithOverride(string name, object? value) => Map(view => view.WithOverride(name, value));

    /// <summary>Switches groups of augmentations off in every view.</summary>
    /// <param name="groups">The groups that stay.</param>
    /// <returns>The changed preset.</returns>
    public TransformPreset WithInvariances(InvarianceGroups groups) => Map(view => view.WithInvariances(groups));

    /// <summary>Checks every view.</summary>
    /// <exception cref="ArgumentException">A value is out of range, or there are no views.</exception>
    public void Validate()
    {
        if (Views.IsDefaultOrEmpty)
        {
            throw new ArgumentException($"The preset '{Name}' has no views.");
        }

        foreach (var view in Views)
        {
            view.Validate();
        }
    }

    /// <summary>Changes every view.</summary>
    /// <param name="change">Gets a view's options and gives the new ones.</param>
    /// <returns>The changed preset.</returns>
    public TransformPreset Map(Func<ViewTransformOptions, ViewTransformOptions> change) =>
        this with { Views = [.. Views.Select(change)] };
}
