namespace LightlyCluster.Fleet.Faults;

/// <summary>A named point at which a process dies or freezes.</summary>
internal sealed class ArmedPoint
{
    private readonly int _turn;
    private int _passes;

    private ArmedPoint(string name, int turn, bool isStop)
    {
        Name = name;
        IsStop = isStop;
        _turn = turn;
    }

    /// <summary>The point.</summary>
    public string Name { get; }

    /// <summary>Whether the process freezes (SIGSTOP) instead of dying.</summary>
    public bool IsStop { get; }

    /// <summary>Reads "name", "name@3" and "name@3:stop", separated by commas.</summary>
    public static IReadOnlyList<ArmedPoint> ParseAll(string? text) =>
        [.. (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Parse)];

    /// <summary>Counts a pass; true at the one it was armed for.</summary>
    public bool IsPassedForItsTurn() => Interlocked.Increment(ref _passes) == _turn;

    private static ArmedPoint Parse(string text)
    {
        var isStop = text.EndsWith(":stop", StringComparison.Ordinal);
        var parts = (isStop ? text[..^":stop".Length] : text).Split('@');
        return new(parts[0], parts.Length > 1 ? int.Parse(parts[1]) : 1, isStop);
    }
}
