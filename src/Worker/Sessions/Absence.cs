using System.Security.Cryptography;

namespace LightlyCluster.Worker.Sessions;

/// <summary>How long something that this worker needs has been away: when that is said, and how long the next attempt waits.</summary>
/// <remarks>
/// Said at once and every half minute. Attempts come 100 ms after each other at first, since a coordinator that restarts waits 250 ms
/// before it takes a broken stream for a death; later ones wait up to a second, and not all workers the same time.
/// </remarks>
internal sealed class Absence(TimeProvider clock)
{
    private static readonly TimeSpan SaidAgainAfter = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(1);

    private long? _since;
    private long _said;

    /// <summary>Until the next attempt: a fourth to an eighth of the absence, within the limits.</summary>
    public TimeSpan Delay
    {
        get
        {
            var fourth = _since is { } since ? clock.GetElapsedTime(since) / 4 * (RandomNumberGenerator.GetInt32(50, 101) / 100.0) : TimeSpan.Zero;
            return fourth < ShortestDelay ? ShortestDelay : fourth > LongestDelay ? LongestDelay : fourth;
        }
    }

    /// <summary>An attempt failed.</summary>
    /// <returns>Whether it is to be said.</returns>
    public bool Failed()
    {
        var now = clock.GetTimestamp();
        _since ??= now;
        var isFirst = _since == now;
        if (!isFirst && clock.GetElapsedTime(_said, now) < SaidAgainAfter)
        {
            return false;
        }

        _said = now;
        return true;
    }

    /// <summary>An attempt succeeded.</summary>
    /// <returns>How long it had been away; null when it had not.</returns>
    public TimeSpan? Ended()
    {
        var away = _since is { } since ? clock.GetElapsedTime(since) : (TimeSpan?)null;
        _since = null;
        return away;
    }
}
