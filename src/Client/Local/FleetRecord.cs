using System.Diagnostics;
using System.Text.Json;

namespace LightlyCluster.Client.Local;

/// <summary>One process in <c>fleet.json</c>, the list of a local fleet's processes while it runs.</summary>
/// <param name="Role">store, coordinator or worker.</param>
/// <param name="Id">Name within the fleet.</param>
/// <param name="Pid">Number of the process.</param>
internal sealed record FleetRecord(string Role, string Id, int Pid)
{
    private static readonly JsonSerializerOptions Format = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, WriteIndented = true };

    /// <summary>Writes the list in one piece.</summary>
    public static void Write(string folder, IEnumerable<FleetRecord> records)
    {
        var path = Path.Combine(folder, OutputFiles.Fleet);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(records, Format) + "\n");
        File.Move(path + ".new", path, overwrite: true);
    }

    /// <summary>Requires that no fleet works in a folder; a list that a crash left behind is no fleet.</summary>
    /// <exception cref="CommandException">A process of the list lives.</exception>
    public static void RequireUnused(string folder)
    {
        var path = Path.Combine(folder, OutputFiles.Fleet);
        if (Read(path).FirstOrDefault(IsAlive) is { } record)
        {
            throw new CommandException(
                ExitCode.Precondition,
                $"A fleet works in {folder} ({record.Id} is process {record.Pid}, see {OutputFiles.Fleet}); end it first, or name another folder");
        }
    }

    private static FleetRecord[] Read(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize<FleetRecord[]>(File.ReadAllText(path), Format) ?? [] : [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private static bool IsAlive(FleetRecord record)
    {
        try
        {
            using var process = Process.GetProcessById(record.Pid);
            return !process.HasExited && process.ProcessName.Contains("dotnet", StringComparison.Ordinal);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
