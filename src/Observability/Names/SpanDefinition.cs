namespace LightlyCluster.Observability.Names;

/// <summary>One kind of span: all that is fixed about it.</summary>
/// <param name="Source">Name of the activity source.</param>
/// <param name="Name">Name of the span.</param>
/// <param name="Parent">What it hangs below, for people.</param>
/// <param name="Description">What it covers.</param>
/// <param name="Emitters">Who gives it out.</param>
public sealed record SpanDefinition(string Source, string Name, string Parent, string Description, Emitter Emitters)
{
    /// <summary>Names of its attributes.</summary>
    public IReadOnlyList<string> Attributes { get; private init; } = [];

    /// <summary>What must happen for it to be given out; empty: in every run.</summary>
    public string Condition { get; private init; } = "";

    internal SpanDefinition With(params string[] attributes) => this with { Attributes = attributes };

    internal SpanDefinition OnlyWhere(string condition) => this with { Condition = condition };
}
