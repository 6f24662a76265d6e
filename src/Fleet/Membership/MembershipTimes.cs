namespace LightlyCluster.Fleet.Membership;

/// <summary>The intervals and thresholds that membership follows from.</summary>
/// <param name="Lease">How long a lease lasts.</param>
/// <param name="LeaseRenewal">How often a worker renews its lease, and an observer looks at leases.</param>
/// <param name="Reconnect">How long a closed stream may stay closed before it counts as a death.</param>
/// <param name="Gathering">How long a start waits for the wanted number of workers.</param>
public sealed record MembershipTimes(TimeSpan Lease, TimeSpan LeaseRenewal, TimeSpan Reconnect, TimeSpan Gathering)
{
    /// <summary>From this many workers on, leases are longer.</summary>
    public const int ManyWorkers = 200;

    /// <summary>3 s leases renewed every 0.5 s, 250 ms to reconnect, 15 s to gather.</summary>
    public static MembershipTimes Default { get; } = new(
        TimeSpan.FromSeconds(3), TimeSpan.FromMilliseconds(500), TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(15));

    /// <summary>The default for more than 200 workers.</summary>
    public static MembershipTimes ForManyWorkers { get; } = Default.ForMany();

    /// <summary>The same with longer leases, for more than 200 workers: 15 s renewed every 5 s.</summary>
    public MembershipTimes ForMany() => this with { Lease = TimeSpan.FromSeconds(15), LeaseRenewal = TimeSpan.FromSeconds(5) };

    /// <summary>A member that others wait for longer than this many median steps gets help in the running step.</summary>
    public double StepsUntilHelp { get; init; } = 5;

    /// <summary>Nobody gets help before this long.</summary>
    public TimeSpan ShortestHelp { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A member that others wait for longer than this many median steps is fenced.</summary>
    public double StepsUntilStuck { get; init; } = 30;

    /// <summary>Nobody is fenced for being slow before this long.</summary>
    public TimeSpan ShortestStuck { get; init; } = TimeSpan.FromSeconds(6);

    /// <summary>Shares are balanced anew when the step would become shorter by more than this part of itself.</summary>
    public double GainToRebalance { get; init; } = 0.15;

    /// <summary>... in this many observed commits on end,</summary>
    public int CommitsToRebalance { get; init; } = 3;

    /// <summary>... and at most every so many steps.</summary>
    public int StepsBetweenRebalances { get; init; } = 10;

    /// <summary>A member slower than this part of the others' median is a straggler, and named.</summary>
    public double StragglerBelow { get; init; } = 0.6;

    /// <summary>The same worker is given a job that failed on it at most this often.</summary>
    public int TriesPerWorker { get; init; } = 3;
}
