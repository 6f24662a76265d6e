using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Scheduling;

/// <summary>Holds queued jobs back whose tenant runs as many as it may. Pure.</summary>
internal static class RunningQuota
{
    /// <summary>The jobs that get no workers now, each with a sentence that says why.</summary>
    /// <param name="jobs">Queued and running jobs, in any order.</param>
    public static IReadOnlyDictionary<string, string> HeldBack(IReadOnlyCollection<JobRecord> jobs)
    {
        var held = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var tenant in jobs.Where(job => job.Tenant.Length > 0).GroupBy(job => job.Tenant, StringComparer.Ordinal))
        {
            var count = tenant.Count(job => job.State == JobState.Running);
            var queued = tenant.Where(job => job.State == JobState.Queued)
                .OrderByDescending(job => job.Priority).ThenBy(job => job.Created).ThenBy(job => job.Id, StringComparer.Ordinal);
            foreach (var job in queued)
            {
                if (job.RunningMaximum > 0 && count >= job.RunningMaximum)
                {
                    held.Add(job.Id, $"waits: the tenant '{tenant.Key}' may run {job.RunningMaximum} jobs at a time");
                }
                else
                {
                    count++;
                }
            }
        }

        return held;
    }
}
