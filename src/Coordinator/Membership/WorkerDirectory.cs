using System.Collections.Concurrent;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Protocol.V1;

using LightlyCluster.Fleet.Stores;
namespace LightlyCluster.Coordinator.Membership;

/// <summary>The workers that this coordinator has met. Not a truth: after a restart they come again.</summary>
internal sealed class WorkerDirectory(ILeaseStore leases, TimeProvider clock)
{
    private const int SessionsMaximum = 20_000;

    private readonly ConcurrentDictionary<string, WorkerSession> _sessions = new(StringComparer.Ordinal);

    /// <summary>All sessions.</summary>
    public IReadOnlyCollection<WorkerSession> Sessions => [.. _sessions.Values];

    /// <summary>Takes a registration; the same incarnation may come again.</summary>
    /// <returns>False when there are too many workers.</returns>
    public bool Register(RegisterRequest registration)
    {
        if (_sessions.Count >= SessionsMaximum)
        {
            return false;
        }

        _sessions.TryAdd(registration.Incarnation, new(registration, clock.GetTimestamp()));
        return true;
    }

    /// <summary>Finds an incarnation; null when it is not registered here.</summary>
    public WorkerSession? Find(string incarnation) => _sessions.GetValueOrDefault(incarnation);

    /// <summary>
    /// Everybody, with leases as the store has them now; also <paramref name="members"/> that have not come (back) to this
    /// coordinator.
    /// </summary>
    public async Task<IReadOnlyList<WorkerView>> ViewAsync(IReadOnlyCollection<string> members)
    {
        var known = _sessions.Values.ToArray();
        var unknown = members.Where(member => !_sessions.ContainsKey(member)).ToArray();
        var held = await leases.HeldAsync([.. known.Select(session => session.Registration.Incarnation), .. unknown]);
        return
        [
            .. known.Select(session => session.View(clock, held.Contains(session.Registration.Incarnation))),
            .. unknown.Select(member => new WorkerView(
                member, member, "", "", WorkerStatus.Training, -1, 0, IsLeaving: false, ClosedFor: null, held.Contains(member))),
        ];
    }

    /// <summary>Forgets incarnations that have been away for long.</summary>
    public void Forget(IReadOnlyList<WorkerView> views)
    {
        foreach (var view in views.Where(view => view.ClosedFor > TimeSpan.FromSeconds(30) && !view.HasLease))
        {
            _sessions.TryRemove(view.Incarnation, out _);
        }
    }
}
