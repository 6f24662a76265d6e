namespace LightlyCluster.Fleet.Redis;

/// <summary>All keys, in one place. Keys of a job share its hash tag; payload keys carry their own, so that DATA scales out.</summary>
internal sealed class RedisKeys(string prefix)
{
    /// <summary>All jobs by time of creation.</summary>
    public string Jobs => $"{prefix}:jobs";

    /// <summary>The leading coordinator.</summary>
    public string Leader => $"{prefix}:{{leader}}:id";

    /// <summary>The number of the leadership.</summary>
    public string Term => $"{prefix}:{{leader}}:term";

    /// <summary>Where members and coordinators listen for hints.</summary>
    public string Events(string job) => $"{prefix}:{{{job}}}:events";

    /// <summary>The lease of an incarnation.</summary>
    public string Lease(string incarnation) => $"{prefix}:lease:{incarnation}";

    /// <summary>The answer to a request.</summary>
    public string Request(string request) => $"{prefix}:request:{request}";

    /// <summary>Jobs of a tenant that have not ended.</summary>
    public string TenantJobs(string tenant) => $"{prefix}:tenant:{tenant}:jobs";

    /// <summary>How many jobs a tenant has submitted in this minute.</summary>
    public string TenantSubmits(string tenant) => $"{prefix}:tenant:{tenant}:submits";

    /// <summary>The job's facts.</summary>
    public string Job(string job) => $"{prefix}:{{{job}}}:job";

    /// <summary>Who computes what: large in a large fleet, and the same for a whole generation.</summary>
    public string Plan(string job) => $"{prefix}:{{{job}}}:plan";

    /// <summary>Incarnations of the running generation.</summary>
    public string Members(string job) => $"{prefix}:{{{job}}}:members";

    /// <summary>The log of commits.</summary>
    public string Log(string job) => $"{prefix}:{{{job}}}:log";

    /// <summary>Hashes of one state, as each member reported them.</summary>
    public string Hashes(string job, long step) => $"{prefix}:{{{job}}}:hashes:{step}";

    /// <summary>Metrics, one row a committed step.</summary>
    public string Metrics(string job) => $"{prefix}:{{{job}}}:metrics";

    /// <summary>Lost incarnations.</summary>
    public string Recoveries(string job) => $"{prefix}:{{{job}}}:recoveries";

    /// <summary>Everybody who took part.</summary>
    public string History(string job) => $"{prefix}:{{{job}}}:history";

    /// <summary>Lines of the job's log for people.</summary>
    public string Lines(string job) => $"{prefix}:{{{job}}}:lines";

    /// <summary>Files that do not decode.</summary>
    public string BadFiles(string job) => $"{prefix}:{{{job}}}:badFiles";

    /// <summary>Where incarnations serve payloads to each other, and by what they know each other.</summary>
    public string Peers(string job) => $"{prefix}:{{{job}}}:peers";

    /// <summary>On what the members of the generation agree to exchange by NCCL.</summary>
    public string Nccl(string job) => $"{prefix}:{{{job}}}:nccl";

    /// <summary>Which incarnation computes which block of an embedding job.</summary>
    public string BlockLeases(string job) => $"{prefix}:{{{job}}}:blockLeases";

    /// <summary>Blocks of an embedding job that are done, with digests.</summary>
    public string BlocksDone(string job) => $"{prefix}:{{{job}}}:blocksDone";

    /// <summary>Pointers of shards in a step.</summary>
    public string Shards(string job, long step) => $"{prefix}:{{{job}}}:shards:{step}";

    /// <summary>Pointers of tree nodes in a step.</summary>
    public string Nodes(string job, long step) => $"{prefix}:{{{job}}}:nodes:{step}";

    /// <summary>Pointers of reduced chunks in a step.</summary>
    public string Reduced(string job, long step) => $"{prefix}:{{{job}}}:reduced:{step}";

    /// <summary>A payload: unique to job, step, what it is, incarnation and attempt. Never written twice.</summary>
    public string Payload(string job, long step, string what, string incarnation, int attempt) =>
        $"{prefix}:payload:{job}:{step}:{what}:{incarnation}:{attempt}";

    /// <summary>Pattern of all payloads of a job.</summary>
    public string Payloads(string job) => $"{prefix}:payload:{job}:*";

    /// <summary>A piece of a snapshot.</summary>
    public string SnapshotPiece(string job, long step, string incarnation, int piece) =>
        $"{prefix}:payload:{job}:{step}:snapshot{piece}:{incarnation}:0";
}
