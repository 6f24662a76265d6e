namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>How far a page has followed jobs: the next step of each. Also the id of its events, so that a page goes on where it was.</summary>
internal sealed class FeedPosition
{
    /// <summary>Jobs that a page may follow at once.</summary>
    public const int JobsMaximum = 12;

    private const int NumberLength = 18;

    private readonly SortedDictionary<string, long> _next;

    private FeedPosition(SortedDictionary<string, long> next) => _next = next;

    /// <summary>The jobs.</summary>
    public IEnumerable<string> Jobs => [.. _next.Keys];

    /// <summary>The next step of a job.</summary>
    public long this[string job]
    {
        get => _next[job];
        set => _next[job] = value;
    }

    /// <summary>Reads "JOB:STEP,JOB:STEP"; what is not of that form is left out.</summary>
    public static FeedPosition Read(string? text)
    {
        var next = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var part in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Take(JobsMaximum))
        {
            if (part.Split(':') is [{ Length: > 0 and < 64 } job, var step] && step.Length <= NumberLength && long.TryParse(step, out var number) && number >= 0)
            {
                next[job] = number;
            }
        }

        return new(next);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(',', _next.Select(entry => $"{entry.Key}:{entry.Value}"));
}
