namespace LightlyCluster.TestSupport;

/// <summary>Names of a job's keys.</summary>
internal sealed class MemoryJobKeys(string job)
{
    public const string Jobs = "jobs";

    public string Events => $"{{{job}}}:events";

    public string Job => $"{{{job}}}:job";

    public string Members => $"{{{job}}}:members";

    public string Log => $"{{{job}}}:log";

    public string Metrics => $"{{{job}}}:metrics";

    public string Recoveries => $"{{{job}}}:recoveries";

    public string History => $"{{{job}}}:history";

    public string Lines => $"{{{job}}}:lines";

    public string BadFiles => $"{{{job}}}:badFiles";

    public List<string> Record => [Job, Log, Metrics, Recoveries, History, Lines, BadFiles];

    public string Id => job;

    public string Peers => $"{{{job}}}:peers";

    /// <summary>On what members agree to exchange by NCCL.</summary>
    public string Nccl => $"{{{job}}}:nccl";

    public string BlockLeases => $"{{{job}}}:blockLeases";

    public string BlocksDone => $"{{{job}}}:blocksDone";

    public string Payloads => $"payload:{job}:";

    public static string TenantJobs(string tenant) => $"tenant:{tenant}:jobs";

    public static string TenantSubmits(string tenant) => $"tenant:{tenant}:submits";

    public static string Request(string request) => $"request:{request}";

    public string Hashes(long step) => $"{{{job}}}:hashes:{step}";

    public string Shards(long step) => $"{{{job}}}:shards:{step}";

    public string Nodes(long step) => $"{{{job}}}:nodes:{step}";

    public string Reduced(long step) => $"{{{job}}}:reduced:{step}";
}
