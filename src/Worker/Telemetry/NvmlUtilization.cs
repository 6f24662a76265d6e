using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>Percent of time in which the GPU computed, and in which its memory was used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NvmlUtilization(uint Gpu, uint Memory);
