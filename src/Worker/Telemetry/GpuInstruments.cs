using System.Diagnostics.Metrics;
using System.Runtime.InteropServices;
using System.Text;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>Metrics of the GPUs that the driver shows this process. Without the driver's library there are none, and nothing is said.</summary>
internal sealed class GpuInstruments
{
    private const int TextLength = 96;
    private const double Percent = 100;
    private const double MilliwattsPerWatt = 1000;

    private readonly List<(IntPtr Handle, KeyValuePair<string, object?>[] Tags)> _devices = [];

    /// <summary>Finds the GPUs and makes their instruments.</summary>
    public GpuInstruments(IMeterFactory meters)
    {
        if (!NativeLibrary.TryLoad(Nvml.Library, out _) || Nvml.Initialize() != Nvml.Success || Nvml.CountDevices(out var count) != Nvml.Success)
        {
            return;
        }

        for (var index = 0u; index < count; index++)
        {
            if (Nvml.GetDevice(index, out var device) == Nvml.Success)
            {
                _devices.Add((device, TagsOf(device)));
            }
        }

        meters.Gauge(TelemetryInstruments.GpuUtilization, () => Observe(device =>
            Nvml.GetUtilization(device, out var utilization) == Nvml.Success ? utilization.Gpu / Percent : null));
        meters.Gauge(TelemetryInstruments.GpuMemoryUsage, () => Observe(device =>
            Nvml.GetMemory(device, out var memory) == Nvml.Success ? memory.Used : null));
        meters.Gauge(TelemetryInstruments.GpuMemoryLimit, () => Observe(device =>
            Nvml.GetMemory(device, out var memory) == Nvml.Success ? memory.Total : null));
        meters.Gauge(TelemetryInstruments.GpuTemperature, () => Observe(device =>
            Nvml.GetTemperature(device, sensor: 0, out var degrees) == Nvml.Success ? degrees : null));
        meters.Gauge(TelemetryInstruments.GpuPower, () => Observe(device =>
            Nvml.GetPower(device, out var milliwatts) == Nvml.Success ? milliwatts / MilliwattsPerWatt : null));
    }

    /// <summary>How many GPUs are measured.</summary>
    public int DeviceCount => _devices.Count;

    private static KeyValuePair<string, object?>[] TagsOf(IntPtr device) =>
    [
        new(TelemetryAttributes.HardwareId, Text(device, Nvml.GetIdentifier)),
        new(TelemetryAttributes.HardwareName, Text(device, Nvml.GetName)),
        new(TelemetryAttributes.HardwareType, "gpu"),
    ];

    private static string Text(IntPtr device, Func<IntPtr, byte[], uint, int> read)
    {
        var text = new byte[TextLength];
        return read(device, text, TextLength) == Nvml.Success ? Encoding.UTF8.GetString(text).TrimEnd('\0') : "";
    }

    private IEnumerable<Measurement<double>> Observe(Func<IntPtr, double?> read)
    {
        foreach (var (handle, tags) in _devices)
        {
            if (read(handle) is { } value)
            {
                yield return new(value, tags);
            }
        }
    }
}
