using System.Security.Cryptography;
using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Coordinator.Membership;

/// <summary>Which coordinator leads: at most one, by a lease in META; each change has a new term.</summary>
internal sealed class Leadership(ILeaseStore leases, CoordinatorOptions options, TimeProvider clock)
{
    private static readonly TimeSpan Renewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(3);

    private readonly string _id = RandomNumberGenerator.GetHexString(12, lowercase: true);
    private long _askedAt;
    private bool _hasAsked;
    private volatile string _leader = "";

    /// <summary>The term that this coordinator leads in; null while it does not.</summary>
    public long? Term { get; private set; }

    /// <summary>Where the leading coordinator can be reached; empty while none is known.</summary>
    public string LeaderAddress => _leader.Contains('|', StringComparison.Ordinal) ? _leader[(_leader.IndexOf('|', StringComparison.Ordinal) + 1)..] : "";

    /// <summary>How this coordinator calls itself.</summary>
    public string Name => $"coordinator-{_id}|{options.Advertise}";

    /// <summary>Becomes or stays the leader, where nobody else is.</summary>
    /// <returns>The term; null while another one leads.</returns>
    public async Task<long?> RenewAsync()
    {
        if (_hasAsked && clock.GetElapsedTime(_askedAt) < (Term is null ? Renewal / 4 : Renewal))
        {
            return Term;
        }

        // What was asked before a pause of this process may be over: the time counts from before the question.
        var asked = clock.GetTimestamp();
        Term = await leases.AcquireLeadershipAsync(Name, Life);
        if (Term is not null)
        {
            CrashPoint.Reach("coordinator.leading");
        }

        _leader = Term is null ? await leases.ReadLeaderAsync() ?? "" : Name;
        (_askedAt, _hasAsked) = (asked, true);
        return Term;
    }

    /// <summary>Gives the leadership back, so that the next coordinator need not wait.</summary>
    public async Task ReleaseAsync()
    {
        if (Term is not null)
        {
            Term = null;
            await leases.ReleaseLeadershipAsync(Name);
        }
    }
}
