using System.Globalization;

namespace LightlyCluster.Client.Local;

/// <summary>Shares the GPUs of this machine out among the workers of a local fleet: one process owns one GPU.</summary>
internal static class LocalGpus
{
    /// <summary>CUDA's variable: what a process sees, by number or name, with commas between.</summary>
    public const string Variable = "CUDA_VISIBLE_DEVICES";

    /// <summary>Where the driver has a folder for each GPU.</summary>
    public const string DriverFolder = "/proc/driver/nvidia/gpus";

    private const char Separator = ',';

    /// <summary>The GPUs that workers may use: those of the variable where it is set, otherwise all.</summary>
    /// <param name="variable">Value of <see cref="Variable"/>; null where it is not set.</param>
    /// <param name="driverFolder">Folder with an entry for each GPU; it need not exist.</param>
    public static IReadOnlyList<string> Find(string? variable, string driverFolder)
    {
        if (variable is not null)
        {
            return variable.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        var count = Directory.Exists(driverFolder) ? Directory.EnumerateDirectories(driverFolder).Count() : 0;
        return [.. Enumerable.Range(0, count).Select(gpu => gpu.ToString(CultureInfo.InvariantCulture))];
    }

    /// <summary>What a worker is told: one of several GPUs, in turn; null where there is nothing to share.</summary>
    public static string? Of(int worker, IReadOnlyList<string> gpus) => gpus.Count > 1 ? gpus[worker % gpus.Count] : null;
}
