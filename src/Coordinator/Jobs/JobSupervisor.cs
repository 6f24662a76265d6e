using System.Security.Cryptography;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Membership;

using LightlyCluster.Fleet.Stores;
namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Leads the fleet: gives workers to jobs and begins generations. Holds no truth; a successor goes on from META.</summary>
internal sealed partial class JobSupervisor(
    IJobStore store,
    ILeaseStore leases,
    WorkerDirectory directory,
    MembershipTimes times,
    TimeProvider clock,
    ILogger<JobSupervisor> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeadershipRenewal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ForgetInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeadershipLife = TimeSpan.FromSeconds(3);

    private readonly string _name = $"coordinator-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
    private readonly Dictionary<string, JobKeeper> _keepers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ended = new(StringComparer.Ordinal);
    private long? _answeringSince;
    private long _leadingSince;
    private long _forgottenSince;
    private long? _term;

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            await leases.ReleaseLeadershipAsync(_name);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            // The leadership ends by itself.
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await TickAsync();
            }
            catch (Exception error) when (error is StoreAwayException or StoreFullException)
            {
                _answeringSince = null;
                LogStoreUnavailable(error.Message);
            }
        }
    }

    private async Task TickAsync()
    {
        if (await LeadAsync() is not { } term)
        {
            return;
        }

        _answeringSince ??= clock.GetTimestamp();
        var answeringFor = clock.GetElapsedTime(_answeringSince.Value);
        foreach (var id in await store.ListAsync(0, 10_000))
        {
            if (_ended.Contains(id))
            {
                continue;
            }

            if (!_keepers.TryGetValue(id, out var keeper))
            {
                keeper = new JobKeeper(id, store, directory, times, clock, logger);
                _keepers.Add(id, keeper);
            }

            if (await keeper.TickAsync(term, answeringFor))
            {
                _keepers.Remove(id);
                _ended.Add(id);
            }
        }

        if (clock.GetElapsedTime(_forgottenSince) > ForgetInterval)
        {
            _forgottenSince = clock.GetTimestamp();
            directory.Forget(await directory.ViewAsync([]));
        }
    }

    private async Task<long?> LeadAsync()
    {
        if (_term is not null && clock.GetElapsedTime(_leadingSince) < LeadershipRenewal)
        {
            return _term;
        }

        var term = await leases.AcquireLeadershipAsync(_name, LeadershipLife);
        _leadingSince = clock.GetTimestamp();
        if (term != _term)
        {
            _term = term;
            LogLeadership(_name, term is null ? "follows" : "leads", term ?? 0);
        }

        return term;
    }

    [LoggerMessage(1101, LogLevel.Warning, "The META store does not answer ({Error}). Running steps wait; nothing is lost.")]
    private partial void LogStoreUnavailable(string error);

    [LoggerMessage(1102, LogLevel.Information, "Coordinator {Name} {Role} (term {Term}).")]
    private partial void LogLeadership(string name, string role, long term);
}
