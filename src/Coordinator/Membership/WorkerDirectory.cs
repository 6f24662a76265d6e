using System.Collections.Concurrent;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Membership;

/// <summary>The streams of the workers that this coordinator has met, and what they said since it was last looked at.</summary>
/// <remarks>Not a truth: after a restart they come again. Streams write here from any thread; the leader takes events one by one.</remarks>
internal sealed class WorkerDirectory(TimeProvider clock) : IDisposable
{
    private const int SessionsMaximum = 20_000;

    private readonly ConcurrentDictionary<string, WorkerSession> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<FleetEvent> _events = new();
    private readonly SemaphoreSlim _signal = new(0, 1);
    private readonly long _start = clock.GetTimestamp();

    /// <summary>All sessions.</summary>
    public IReadOnlyCollection<WorkerSession> Sessions => [.. _sessions.Values];

    /// <summary>How many sessions there are.</summary>
    public int Count => _sessions.Count;

    /// <summary>Time of the events.</summary>
    public TimeSpan Now => clock.GetElapsedTime(_start);

    /// <summary>Takes a registration; the same incarnation may come again.</summary>
    /// <returns>False when there are too many workers.</returns>
    public bool Register(RegisterRequest registration)
    {
        if (_sessions.Count >= SessionsMaximum)
        {
            return false;
        }

        _sessions.GetOrAdd(registration.Incarnation, _ => new(registration, this)).HasRegistered();
        Note(new WorkerRegistered(registration.Incarnation, registration.WorkerId, registration.NumericClass), isUrgent: false);
        return true;
    }

    /// <summary>Finds an incarnation; null when it is not registered here.</summary>
    public WorkerSession? Find(string incarnation) => _sessions.GetValueOrDefault(incarnation);

    /// <summary>What is known of a member, for the records of a job.</summary>
    public MemberFacts FactsOf(string incarnation, string job) => Find(incarnation) is not { } session
        ? MemberFacts.Unknown
        : session.Report is var report && report.Job == job
            ? new(session.Registration.WorkerId, report.Shards, report.ShardsPerSecond)
            : new(session.Registration.WorkerId, 0, 0);

    /// <summary>Keeps an event for the leader.</summary>
    /// <param name="happened">What happened.</param>
    /// <param name="isUrgent">Whether the leader should look at once.</param>
    public void Note(FleetEvent happened, bool isUrgent)
    {
        _events.Enqueue(happened);
        if (isUrgent)
        {
            Wake();
        }
    }

    /// <summary>Lets the leader look at once.</summary>
    public void Wake()
    {
        try
        {
            _signal.Release();
        }
        catch (Exception error) when (error is SemaphoreFullException or ObjectDisposedException)
        {
            // It is already awake, or nobody looks any more.
        }
    }

    /// <summary>The oldest event that was not taken; null when there is none.</summary>
    public FleetEvent? Take() => _events.TryDequeue(out var happened) ? happened : null;

    /// <summary>Waits until something urgent happened, at most <paramref name="longest"/>.</summary>
    public Task WaitAsync(TimeSpan longest, CancellationToken cancellationToken) => _signal.WaitAsync(longest, cancellationToken);

    /// <summary>Forgets incarnations that the leader has forgotten, but not those that it has not heard of yet.</summary>
    public void Keep(Func<string, bool> isKnown)
    {
        var newest = Now - TimeSpan.FromSeconds(10);
        var forgotten = _sessions.Where(entry => !entry.Value.IsOpen && entry.Value.RegisteredAt < newest && !isKnown(entry.Key));
        foreach (var incarnation in forgotten.Select(entry => entry.Key).ToArray())
        {
            _sessions.TryRemove(incarnation, out _);
        }
    }

    /// <summary>Ends all streams: the workers go to the coordinator that leads.</summary>
    public void Dismiss()
    {
        foreach (var session in _sessions.Values.OrderBy(session => session.Registration.Incarnation, StringComparer.Ordinal))
        {
            session.End();
        }

        _sessions.Clear();
        _events.Clear();
    }

    /// <inheritdoc/>
    public void Dispose() => _signal.Dispose();
}
