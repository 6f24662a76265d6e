using System.Diagnostics.Metrics;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Observability;

/// <summary>Makes instruments from the catalogue, so that a name is written once.</summary>
public static class MeterExtensions
{
    /// <summary>Makes a counter.</summary>
    public static Counter<long> Counter(this IMeterFactory meters, InstrumentDefinition definition) =>
        MeterOf(meters, definition).CreateCounter<long>(definition.Name, definition.Unit, definition.Description);

    /// <summary>Makes a histogram with the buckets of its definition.</summary>
    public static Histogram<double> Histogram(this IMeterFactory meters, InstrumentDefinition definition) =>
        MeterOf(meters, definition).CreateHistogram(
            definition.Name, definition.Unit, definition.Description, tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = definition.Buckets });

    /// <summary>Makes a gauge that is read when somebody looks.</summary>
    public static void Gauge(this IMeterFactory meters, InstrumentDefinition definition, Func<IEnumerable<Measurement<double>>> observe) =>
        MeterOf(meters, definition).CreateObservableGauge(definition.Name, observe, definition.Unit, definition.Description);

    private static Meter MeterOf(IMeterFactory meters, InstrumentDefinition definition) => meters.Create(definition.Meter);
}
