using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Transports;

namespace LightlyCluster.Fleet.Stores;

/// <summary>What the META store says about a job at one moment; the truth for everybody.</summary>
public sealed class JobRecord
{
    private readonly IReadOnlyDictionary<string, string> _fields;

    /// <summary>Wraps the fields of the job's hash.</summary>
    /// <param name="fields">The job's fields, and those of its plan.</param>
    /// <param name="plan">The plan where it was read before; null: it is read from the fields.</param>
    public JobRecord(IReadOnlyDictionary<string, string> fields, ShardPlan? plan = null)
    {
        _fields = fields;
        Plan = plan ?? PlanOf();
    }

    /// <summary>Identifier.</summary>
    public string Id => Text("id");

    /// <summary>metadata.name of the job file.</summary>
    public string DisplayName => Text("displayName");

    /// <summary>Whose job it is; empty for a job of before there were tenants.</summary>
    public string Tenant => Text("tenant");

    /// <summary>Changes with every change of state and with every call of a client that acted; steps and members do not change it.</summary>
    public string Etag => $"{Number("revision")}-{State}";

    /// <summary>Most jobs of the tenant that run at the same time; 0: no limit.</summary>
    public int RunningMaximum => (int)Number("runningMaximum");

    /// <summary>The resolved specification, JSON.</summary>
    public string Specification => Text("spec");

    /// <summary>Where the job stands.</summary>
    public JobState State => Enum.Parse<JobState>(_fields["state"]);

    /// <summary>Whether the job has ended for good.</summary>
    public bool HasEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled;

    /// <summary>Word for programs that says why the job is in its state.</summary>
    public string Reason => Text("reason");

    /// <summary>Sentence for people that says why the job is in its state.</summary>
    public string Message => Text("message");

    /// <summary>Creation, milliseconds since 1970.</summary>
    public long Created => Number("created");

    /// <summary>First start, milliseconds since 1970; 0 before.</summary>
    public long Started => Number("started");

    /// <summary>First start; the beginning of 1970 before.</summary>
    public DateTimeOffset StartTime => DateTimeOffset.FromUnixTimeMilliseconds(Started);

    /// <summary>End, milliseconds since 1970; 0 before.</summary>
    public long Ended => Number("ended");

    /// <summary>Membership generation; 0 before the first.</summary>
    public long Generation => Number("generation");

    /// <summary>Newest coordinator term that wrote to the job.</summary>
    public long Term => Number("term");

    /// <summary>Committed steps: the number of the newest true state.</summary>
    public long Step => Number("step");

    /// <summary>The state at which this log begins.</summary>
    public long BaseStep => Number("baseStep");

    /// <summary>Number V of virtual shards.</summary>
    public int ShardCount => (int)Number("shards");

    /// <summary>Fewest workers to start with.</summary>
    public int MinimumWorkers => (int)Number("minimum");

    /// <summary>Most workers that take part; never more than shards.</summary>
    public int MaximumWorkers => IsAnyNumberWelcome ? ShardCount : (int)Math.Min(ShardCount, Number("maximum"));

    /// <summary>Whether the specification names no maximum of workers.</summary>
    public bool IsAnyNumberWelcome => Number("maximum") == 0;

    /// <summary>Jobs of a higher priority come first.</summary>
    public long Priority => Number("priority");

    /// <summary>Checkpoint and pause after this step; 0 for never.</summary>
    public long StopAfter => Number("stopAfter");

    /// <summary>Whether somebody asked to pause at the next commit.</summary>
    public bool IsPauseRequested => Text("pauseRequested") == "1";

    /// <summary>Why the job is to pause: empty for a client's wish, otherwise a word for programs (Preempted, BelowMinimum, ...).</summary>
    public string PauseReason => IsPauseRequested ? Text("pauseReason") : "";

    /// <summary>Why the job is to pause, for people; empty for a client's wish.</summary>
    public string PauseMessage => IsPauseRequested ? Text("pauseMessage") : "";

    /// <summary>Whether the first worker has prepared the job (the log has its entry 0).</summary>
    public bool IsInitialized => _fields.ContainsKey("manifest");

    /// <summary>Number of images.</summary>
    public long Images => Number("images");

    /// <summary>Steps an epoch.</summary>
    public long StepsPerEpoch => Number("stepsPerEpoch");

    /// <summary>The schedule's horizon in steps.</summary>
    public long StepsTotal => Number("stepsTotal");

    /// <summary>The numeric class that the job runs in; empty before it is initialized.</summary>
    public string NumericClass => Text("numericClass");

    /// <summary>Number of float32 values in the reduced vector.</summary>
    public int VectorLength => (int)Number("vectorLength");

    /// <summary>Samples that stood in for files that do not decode.</summary>
    public long Replaced => Number("replaced");

    /// <summary>Hash of the newest state that was compared.</summary>
    public string StateHash => Text("stateHash");

    /// <summary>Number of the newest state that was compared.</summary>
    public long StateStep => Number("stateStep");

    /// <summary>Who computes what.</summary>
    public ShardPlan Plan { get; }

    /// <summary>Who waits for a snapshot; empty when nobody does.</summary>
    public string SnapshotWantedBy => Text("snapshotWanted");

    /// <summary>The newest snapshot as "step|incarnation|pieces|bytes|hash|digest|transport"; empty when there is none.</summary>
    public string Snapshot => Text("snapshot");

    /// <summary>Payloads of steps from this one on are kept for a joiner; -1 when nobody joins.</summary>
    public long RetainFrom => _fields.ContainsKey("retainFrom") ? Number("retainFrom") : -1;

    /// <summary>How payloads travel in this generation; <c>redis</c> before the first.</summary>
    public string Transport => Text("transport") is { Length: > 0 } transport ? transport : JobVocabulary.TransportRedis;

    /// <summary>Why that transport, for people; empty where the job names it.</summary>
    public string TransportWhy => Text("transportWhy");

    /// <summary>What workers measured for the choice of a transport.</summary>
    public LinkMeasurement Links => LinkMeasurement.Read(Text("links"));

    /// <summary>Where the run must stop next, in committed steps.</summary>
    public long StopAt => IsPauseRequested ? Step : StopAfter > 0 ? Math.Min(StopAfter, StepsTotal) : StepsTotal;

    /// <summary>A field that belongs to results (knnTop1, ...); null when absent.</summary>
    public string? Field(string name) => _fields.GetValueOrDefault(name);

    private ShardPlan PlanOf() => Text("planNext").Length == 0 && Text("planCurrent").Length == 0
        ? ShardPlan.None with { Generation = Generation }
        : new ShardPlan(Generation, Number("planStep"), ShardAssignment.Decode(Text("planCurrent")), ShardAssignment.Decode(Text("planNext")));

    private string Text(string name) => _fields.GetValueOrDefault(name, "");

    private long Number(string name) => _fields.TryGetValue(name, out var text) && text.Length > 0 ? long.Parse(text) : 0;
}
