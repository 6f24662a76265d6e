using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>Bytes of a GPU's memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct NvmlMemory(ulong Total, ulong Free, ulong Used);
