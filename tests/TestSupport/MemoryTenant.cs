using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.TestSupport;

/// <summary>The limits of tenants in create_job.lua.</summary>
internal static class MemoryTenant
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static CreateOutcome? Refuses(MemoryKeys keys, NewJob job)
    {
        var (quota, jobs, submits) = (job.Quota ?? TenantQuota.None, MemoryJobKeys.TenantJobs(job.Tenant), MemoryJobKeys.TenantSubmits(job.Tenant));
        if (quota.Jobs > 0 && keys.Hash(jobs).Count >= quota.Jobs)
        {
            return CreateOutcome.TooManyJobs;
        }

        if (quota.Submits > 0)
        {
            var count = int.Parse(keys.Text(submits) ?? "0");
            if (count >= quota.Submits)
            {
                return CreateOutcome.TooManySubmits;
            }

            keys.SetText(submits, $"{count + 1}", Minute);
        }

        keys.OpenHash(jobs)[job.Id] = "1";
        return null;
    }

    public static void Forget(MemoryKeys keys, string tenant, string job)
    {
        var jobs = MemoryJobKeys.TenantJobs(tenant);
        if (keys.Exists(jobs))
        {
            keys.OpenHash(jobs).Remove(job);
            if (keys.Hash(jobs).Count == 0)
            {
                keys.Delete(jobs);
            }
        }
    }
}
