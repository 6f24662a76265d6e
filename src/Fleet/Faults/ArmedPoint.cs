namespace LightlyCluster.Fleet.Faults;

/// <summary>A named point at which something befalls a process.</summary>
internal sealed class ArmedPoint
{
    private readonly int _turn;
    private int _passes;

    private ArmedPoint(string name, int turn, FaultKind kind, TimeSpan time)
    {
        Name = name;
        Kind = kind;
        Time = time;
        _turn = turn;
    }

    /// <summary>The point.</summary>
    public string Name { get; }

    /// <summary>What happens there.</summary>
    public FaultKind Kind { get; }

    /// <summary>How long the thread stands.</summary>
    public TimeSpan Time { get; }

    /// <summary>Reads "name", "name@3", "name@3:stop" (abort, segfault, memory), "name@3:hang=5000" and "name:slow=80" (milliseconds), with commas between them.</summary>
    public static IReadOnlyList<ArmedPoint> ParseAll(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    /// <summary>Counts a pass; true at the one it was armed for, and for a slow point at all later ones.</summary>
    public bool IsPassedForItsTurn()
    {
        var pass = Interlocked.Increment(ref _passes);
        return Kind == FaultKind.Slow ? pass >= _turn : pass == _turn;
    }

    private static ArmedPoint Parse(string text)
    {
        var (place, fault) = text.Split(':') is [var first, var second] ? (first, second) : (text, "kill");
        var point = place.Split('@');
        var value = fault.Split('=');
        var kind = value[0] switch
        {
            "kill" => FaultKind.Kill,
            "abort" => FaultKind.Abort,
            "segfault" => FaultKind.Segfault,
            "stop" => FaultKind.Stop,
            "memory" => FaultKind.OutOfMemory,
            "hang" => FaultKind.Hang,
            "slow" => FaultKind.Slow,
            _ => throw new ArgumentException($"'{text}' names no fault; write kill, abort, segfault, stop, memory, hang=MILLISECONDS or slow=MILLISECONDS after the colon.", nameof(text)),
        };
        var time = TimeSpan.FromMilliseconds(value.Length > 1 ? int.Parse(value[1]) : 0);
        return new(point[0], point.Length > 1 ? int.Parse(point[1]) : 1, kind, time);
    }
}
