using System.Diagnostics.Metrics;

namespace LightlyCluster.Simulation.Tests.Nodes;

/// <summary>Meters that nobody listens to.</summary>
internal sealed class UnheardMeters : IMeterFactory
{
    private readonly Meter _meter = new("simulation");

    public Meter Create(MeterOptions options) => _meter;

    public void Dispose() => _meter.Dispose();
}
