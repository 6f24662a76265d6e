namespace LightlyCluster.Fleet.Transports;

/// <summary>Whether all workers that have looked can exchange by NCCL: each on a GPU of its own, all on one machine.</summary>
/// <param name="Machine">The machine; empty while nobody has looked.</param>
/// <param name="Devices">Which worker has which GPU: "GPU=worker" with commas between.</param>
/// <param name="Problem">Why not, for people; empty while nothing speaks against it.</param>
public sealed record NcclReach(string Machine, string Devices, string Problem)
{
    private const char ProblemMark = '!';

    /// <summary>Nobody has looked.</summary>
    public static NcclReach Unknown { get; } = new("", "", "");

    /// <summary>Whether everybody can.</summary>
    public bool IsEverywhere => Machine.Length > 0 && Problem.Length == 0;

    /// <summary>A worker that can.</summary>
    public static NcclReach Of(string worker, string machine, string device) => new(machine, $"{device}={worker}", "");

    /// <summary>A worker that cannot.</summary>
    public static NcclReach Without(string worker, string problem) => new("", "", $"{worker}: {problem}");

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static NcclReach Read(string text) =>
        text.StartsWith(ProblemMark) ? new("", "", text[1..]) : text.Split(' ', 2) is [var machine, var devices] ? new(machine, devices, "") : Unknown;

    /// <summary>Writes it for META; the text has no '|'.</summary>
    public string Write() => (Problem.Length > 0 ? $"{ProblemMark}{Problem}" : Machine.Length > 0 ? $"{Machine} {Devices}" : "").Replace('|', '/');

    /// <summary>This and what another worker found.</summary>
    public NcclReach With(NcclReach other)
    {
        if (Problem.Length > 0 || other == Unknown)
        {
            return this;
        }

        if (other.Problem.Length > 0 || this == Unknown)
        {
            return other;
        }

        if (Machine != other.Machine)
        {
            return new("", "", "workers are on several machines");
        }

        var devices = DevicesOf(this);
        foreach (var (device, worker) in DevicesOf(other))
        {
            if (devices.TryGetValue(device, out var holder) && holder != worker)
            {
                return new("", "", $"{holder} and {worker} share GPU {device}");
            }

            devices[device] = worker;
        }

        return this with { Devices = string.Join(',', devices.OrderBy(entry => entry.Key, StringComparer.Ordinal).Select(entry => $"{entry.Key}={entry.Value}")) };
    }

    private static Dictionary<string, string> DevicesOf(NcclReach reach) => reach.Devices.Split(',')
        .Select(entry => entry.Split('=', 2)).ToDictionary(parts => parts[0], parts => parts[^1], StringComparer.Ordinal);
}
