namespace LightlyCluster.Observability.Names;

/// <summary>One metric: all that is fixed about it.</summary>
/// <param name="Meter">Name of the meter.</param>
/// <param name="Name">Name by OpenTelemetry's conventions.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Unit">UCUM unit; empty for a bare number.</param>
/// <param name="Description">What it says.</param>
/// <param name="Emitters">Who gives it out.</param>
public sealed record InstrumentDefinition(
    string Meter, string Name, InstrumentKind Kind, string Unit, string Description, Emitter Emitters)
{
    /// <summary>Names of its attributes.</summary>
    public IReadOnlyList<string> Attributes { get; private init; } = [];

    /// <summary>What must be there for it to exist; empty: always.</summary>
    public string Condition { get; private init; } = "";

    /// <summary>Upper bounds of a histogram's buckets, ascending.</summary>
    public IReadOnlyList<double> Buckets { get; private init; } = [];

    /// <summary>The name in Prometheus, by the exporter's rules: underscores, the unit, and _total.</summary>
    public string PrometheusName
    {
        get
        {
            var name = Name.Replace('.', '_');
            var unit = Unit switch
            {
                "s" => "_seconds",
                "By" => "_bytes",
                "Cel" => "_celsius",
                "W" => "_watts",
                _ when Unit.EndsWith("/s", StringComparison.Ordinal) => "_per_second",
                _ => "",
            };
            return name + unit + (Kind == InstrumentKind.Counter ? "_total" : "");
        }
    }

    internal InstrumentDefinition WithAttributes(params string[] attributes) => this with { Attributes = attributes };

    internal InstrumentDefinition WithBuckets(IReadOnlyList<double> buckets) => this with { Buckets = buckets };

    internal InstrumentDefinition OnlyWhere(string condition) => this with { Condition = condition };
}
