using System.Collections.Concurrent;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>All jobs that META knows, as they were a moment ago. What has ended is read once.</summary>
internal sealed class JobCatalog(IJobStore store, FleetLeader leader)
{
    private const int JobsMaximum = 10_000;

    private readonly ConcurrentDictionary<string, JobRecord> _ended = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, JobSpecification> _specifications = new(StringComparer.Ordinal);
    private volatile IReadOnlyList<JobRecord> _jobs = [];

    /// <summary>The jobs in order of creation.</summary>
    public IReadOnlyList<JobRecord> Jobs => _jobs;

    /// <summary>A job; null when there is none.</summary>
    public JobRecord? Find(string id) => _jobs.FirstOrDefault(job => job.Id == id);

    /// <summary>A job that a caller may see; null when there is none.</summary>
    public JobRecord? Find(string id, Caller caller) => Find(id) is { } job && caller.Sees(job.Tenant) ? job : null;

    /// <summary>How many jobs are in each state.</summary>
    public IReadOnlyDictionary<JobState, int> CountByState() =>
        _jobs.GroupBy(job => job.State).ToDictionary(group => group.Key, group => group.Count());

    /// <summary>What a job is.</summary>
    public JobSpecification SpecificationOf(JobRecord job) =>
        _specifications.GetOrAdd(job.Id, _ => JobSpecificationJson.Read(job.Specification));

    /// <summary>Reads what may have changed.</summary>
    /// <exception cref="StoreAwayException">META does not answer; what was known stays.</exception>
    public async Task RefreshAsync()
    {
        var state = leader.State;
        var jobs = new List<JobRecord>();
        foreach (var id in await store.ListAsync(0, JobsMaximum))
        {
            if (_ended.TryGetValue(id, out var ended))
            {
                jobs.Add(ended);
            }
            else if (state.Role == ObserverRole.Leader && state.Jobs.TryGetValue(id, out var entry) && !entry.Record.HasEnded)
            {
                jobs.Add(entry.Record);
            }
            else if (await store.ReadAsync(id) is { } record)
            {
                jobs.Add(record);
                if (record.Field("isCleanedUp") == "1")
                {
                    _ended.TryAdd(id, record);
                }
            }
        }

        _jobs = jobs;
        var known = jobs.Select(job => job.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var gone in _specifications.Keys.Concat(_ended.Keys).Where(id => !known.Contains(id)).ToArray())
        {
            _specifications.TryRemove(gone, out _);
            _ended.TryRemove(gone, out _);
        }
    }
}
