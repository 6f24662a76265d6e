namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>One parameter of a view, as a user sees it in a job file.</summary>
public sealed class TransformParameter
{
    internal TransformParameter(
        string name, string standard, string range, string meaning, Func<ViewTransformOptions, object?, ViewTransformOptions> setter)
    {
        Name = name;
        Default = standard;
        Range = range;
        Meaning = meaning;
        Setter = setter;
    }

    /// <summary>lightly's name in camel case.</summary>
    public string Name { get; }

    /// <summary>Value in the SimCLR preset, as text.</summary>
    public string Default { get; }

    /// <summary>What is allowed.</summary>
    public string Range { get; }

    /// <summary>What it does.</summary>
    public string Meaning { get; }

    /// <summary>Sets the parameter; throws an <see cref="ArgumentException"/> for a value of another kind.</summary>
    internal Func<ViewTransformOptions, object?, ViewTransformOptions> Setter { get; }
}
