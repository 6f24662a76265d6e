using System.Globalization;

namespace LightlyCluster.Fleet.Transports;

/// <summary>What workers found when they tried the ways that payloads may take; the slowest counts.</summary>
/// <param name="StoreBytesPerSecond">Bytes a second to and from the DATA store, by one worker alone; 0 while unknown.</param>
/// <param name="PeerBytesPerSecond">Bytes a second from one worker to another; 0 while unknown.</param>
/// <param name="Blocked">Which worker cannot reach which, for people; empty while all that was tried works.</param>
public sealed record LinkMeasurement(double StoreBytesPerSecond, double PeerBytesPerSecond, string Blocked)
{
    private const int PartCount = 4;

    /// <summary>Nothing is known.</summary>
    public static LinkMeasurement Unknown { get; } = new(0, 0, "");

    /// <summary>Whether workers can exchange by NCCL.</summary>
    public NcclReach Nccl { get; init; } = NcclReach.Unknown;

    /// <summary>Reads what <see cref="Write"/> wrote; empty: nothing is known.</summary>
    public static LinkMeasurement Read(string text)
    {
        var parts = text.Split('|', PartCount);
        return parts.Length == PartCount
            ? new(double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture), parts[3])
            {
                Nccl = NcclReach.Read(parts[2]),
            }
            : Unknown;
    }

    /// <summary>Writes the measurement for META.</summary>
    public string Write() =>
        string.Create(CultureInfo.InvariantCulture, $"{StoreBytesPerSecond:F0}|{PeerBytesPerSecond:F0}|{Nccl.Write()}|{Blocked}");

    /// <summary>This and what another worker found.</summary>
    public LinkMeasurement With(LinkMeasurement other) => new(
        Slower(StoreBytesPerSecond, other.StoreBytesPerSecond), Slower(PeerBytesPerSecond, other.PeerBytesPerSecond),
        Blocked.Length > 0 ? Blocked : other.Blocked)
    {
        Nccl = Nccl.With(other.Nccl),
    };

    private static double Slower(double one, double other) => one > 0 && other > 0 ? Math.Min(one, other) : Math.Max(one, other);
}
