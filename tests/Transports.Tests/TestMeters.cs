using System.Diagnostics.Metrics;

namespace LightlyCluster.Transports.Tests;

/// <summary>Meters of one worker, whose counts of bytes the test reads.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly Meter _meter = new("transports");
    private readonly MeterListener _listener = new();
    private readonly Dictionary<string, long> _sums = new(StringComparer.Ordinal);

    public TestMeters()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter)
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            var name = instrument.Name + string.Concat(tags.ToArray().Select(tag => $" {tag.Value}"));
            lock (_sums)
            {
                _sums[name] = _sums.GetValueOrDefault(name) + value;
            }
        });
        _listener.Start();
    }

    /// <summary>Payload bytes in one direction by one transport.</summary>
    public long BytesOf(string transport, string direction)
    {
        lock (_sums)
        {
            return _sums.GetValueOrDefault($"lightlycluster.transport.io {transport} {direction}");
        }
    }

    public Meter Create(MeterOptions options) => _meter;

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }
}
