using System.Diagnostics.Metrics;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>Payload bytes as this worker sends and receives them, by transport.</summary>
internal sealed class TransportInstruments(IMeterFactory meters)
{
    private readonly Counter<long> _bytes = meters.Counter(TelemetryInstruments.TransportIo);

    /// <summary>Payload bytes left this worker.</summary>
    public void Sent(string transport, long bytes) => Add(transport, "transmit", bytes);

    /// <summary>Payload bytes came to this worker.</summary>
    public void Received(string transport, long bytes) => Add(transport, "receive", bytes);

    private void Add(string transport, string direction, long bytes) => _bytes.Add(
        bytes, new(TelemetryAttributes.Transport, transport), new KeyValuePair<string, object?>(TelemetryAttributes.IoDirection, direction));
}
