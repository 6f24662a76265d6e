using System.Globalization;

namespace LightlyCluster.Worker.Transport.Nccl;

/// <summary>How a session waits, and how long at most.</summary>
internal sealed class NcclClock(TimeProvider provider, NcclLimits limits, Func<TimeSpan?> patience)
{
    private static readonly TimeSpan Busy = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan BetweenPolls = TimeSpan.FromMilliseconds(1);

    private long _since;
    private int _stage;

    /// <summary>Between two looks at what other workers do.</summary>
    public static TimeSpan BetweenLooks { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Time.</summary>
    public TimeProvider Provider => provider;

    /// <summary>Whether a round is under way.</summary>
    public bool IsMoving => (NcclStage)Volatile.Read(ref _stage) == NcclStage.Moving;

    /// <summary>What takes too long, for people; null when nothing does.</summary>
    public string? Overdue
    {
        get
        {
            var stage = (NcclStage)Volatile.Read(ref _stage);
            var (longest, what) = stage switch
            {
                NcclStage.Opening => (limits.Opening, "the members have not found each other"),
                NcclStage.WarmingUp => (limits.WarmingUp, "the first bytes have not come"),
                NcclStage.Moving => (limits.Moving(patience()), "the bytes of a round have not come"),
                _ => (TimeSpan.MaxValue, ""),
            };
            return provider.GetElapsedTime(Volatile.Read(ref _since)) > longest
                ? string.Create(CultureInfo.InvariantCulture, $"{what} within {longest.TotalSeconds:0.#} s")
                : null;
        }
    }

    /// <summary>Something begins.</summary>
    public void Start(NcclStage stage)
    {
        Volatile.Write(ref _since, provider.GetTimestamp());
        Volatile.Write(ref _stage, (int)stage);
    }

    /// <summary>It has ended.</summary>
    public void Stop() => Volatile.Write(ref _stage, (int)NcclStage.None);

    /// <summary>Asks until it is true: without a pause at first, since most of it takes less than a millisecond.</summary>
    public async Task UntilAsync(Func<bool> isTrue, CancellationToken cancellationToken)
    {
        var began = provider.GetTimestamp();
        while (!isTrue())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (provider.GetElapsedTime(began) < Busy)
            {
                await Task.Yield();
            }
            else
            {
                await Task.Delay(BetweenPolls, provider, cancellationToken);
            }
        }
    }
}
