using System.Runtime.InteropServices;

namespace LightlyCluster.Worker.Telemetry;

/// <summary>The calls of NVIDIA's management library that are needed; the library comes with the driver.</summary>
internal static partial class Nvml
{
    /// <summary>Name of the library.</summary>
    public const string Library = "libnvidia-ml.so.1";

    /// <summary>What the library answers when a call has worked.</summary>
    public const int Success = 0;

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetCount_v2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int CountDevices(out uint count);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetDevice(uint index, out IntPtr device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUUID")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetIdentifier(IntPtr device, [Out] byte[] text, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetName")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetName(IntPtr device, [Out] byte[] text, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUtilizationRates")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetUtilization(IntPtr device, out NvmlUtilization utilization);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetMemory(IntPtr device, out NvmlMemory memory);

    /// <summary>Degrees Celsius; sensor 0 is the GPU's die.</summary>
    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetTemperature")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetTemperature(IntPtr device, int sensor, out uint degrees);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetPowerUsage")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    public static partial int GetPower(IntPtr device, out uint milliwatts);
}
