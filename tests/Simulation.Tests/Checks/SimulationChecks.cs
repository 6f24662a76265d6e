using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Simulation.Tests.Nodes;
using LightlyCluster.Simulation.Tests.Time;
using LightlyCluster.TestSupport;

namespace LightlyCluster.Simulation.Tests.Checks;

/// <summary>The invariants of design.md section 9, after each change of the store and of a state.</summary>
internal sealed class SimulationChecks(SimulatedJob job, MemoryKeys keys, Scheduler scheduler)
{
    private readonly IReadOnlyList<string> _reference = ShardArithmetic.Reference(job);
    private readonly MemoryJobKeys _names = new(SimulatedJob.Id);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);
    private long _generation;
    private long _term;
    private int _logLength;
    private string _state = "Queued";

    /// <summary>The first broken invariant; null while all hold.</summary>
    public string? Broken { get; private set; }

    /// <summary>What happened, for reading a failure.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>When the newest step was committed.</summary>
    public TimeSpan CommittedAt { get; private set; }

    /// <summary>Longest time between two commits of the whole run.</summary>
    public TimeSpan LongestGap { get; private set; }

    /// <summary>Longest time between commits after the faults ended.</summary>
    public TimeSpan SlowestProgress { get; private set; }

    /// <summary>Steps in the log.</summary>
    public long Committed => Math.Max(0, _logLength - 1);

    /// <summary>Notes something for reading a failure.</summary>
    public void Note(string what)
    {
        if (Trace.Count < 100_000)
        {
            Trace.Add($"{scheduler.Now.TotalSeconds,9:F4} {what}");
        }
    }

    /// <summary>Notes how long a commit took after the faults.</summary>
    public void Progressed(TimeSpan duration) => SlowestProgress = duration > SlowestProgress ? duration : SlowestProgress;

    /// <summary>Notes that something ended that should not.</summary>
    public void Fail(string what)
    {
        Broken ??= what;
        Note(what);
    }

    /// <summary>Notes an invariant that does not hold.</summary>
    public void Require([DoesNotReturnIf(false)] bool holds, string invariant)
    {
        if (!holds)
        {
            Broken ??= $"{invariant} (at {scheduler.Now.TotalSeconds:F4} s)";
            Note($"BROKEN {invariant}");
            throw new BrokenInvariantException(invariant);
        }
    }

    /// <summary>I2, I3, I8: the states of all workers are those of an undisturbed run.</summary>
    public void StateReached(string worker, long step, string hash)
    {
        Note($"{worker} holds state {step}");
        Require(step <= Committed, $"I2 {worker} holds state {step}, the log has {Committed} steps");
        Require(hash == _reference[(int)step], $"I2/I3/I8 state {step} of {worker} is that of an undisturbed run");
    }

    /// <summary>I4, I5, I6, I11 and the disjointness of published nodes.</summary>
    public void LookAtStore()
    {
        var record = keys.Hash(_names.Job);
        if (record.Count == 0)
        {
            return;
        }

        LookAtNumbers(record);
        LookAtLog(record);
    }

    /// <summary>I1, I3, I12 at the end of a run.</summary>
    public void LookAtEnd()
    {
        var record = keys.Hash(_names.Job);
        Require(record["stateHash"] == _reference[^1], "I3 the final state is that of an undisturbed run");
        Require(record["state"] == "Succeeded", $"the job succeeds, but {record["state"]}: {record["message"]}");
        Require(record["samplesVerified"] == $"{job.Steps}", $"I1 the samples of {record["samplesVerified"]} of {job.Steps} steps are verified");
        Require(Committed == job.Steps, $"I1 {Committed} of {job.Steps} steps are in the log");
        var metrics = keys.List(_names.Metrics).Select(row => Protocol.V1.StepMetrics.Parser.ParseJson(row).Step).ToArray();
        Require(metrics.SequenceEqual(Enumerable.Range(1, (int)job.Steps).Select(step => (long)step)), $"metrics have a row a step: {string.Join(' ', metrics)}");
    }

    /// <summary>I12: nothing but the record is left after the life span of payloads.</summary>
    public void LookAtLeft()
    {
        Require(keys.DataKeys.Count == 0, $"I12 nothing is left in DATA, but {string.Join(' ', keys.DataKeys.Take(5))}");
        var left = keys.MetaKeys.Where(key => key.Contains(":shards:", StringComparison.Ordinal) || key.Contains(":nodes:", StringComparison.Ordinal)
            || key.Contains(":reduced:", StringComparison.Ordinal) || key.Contains(":hashes:", StringComparison.Ordinal)
            || key.Contains(":members", StringComparison.Ordinal)).ToArray();
        Require(left.Length == 0, $"I12 nothing but the record is left in META, but {string.Join(' ', left.Take(5))}");
    }

    [SuppressMessage("Security", "CA5350", Justification = "The log's digest.")]
    private static string Digest(string text) => Convert.ToHexStringLower(SHA1.HashData(Encoding.ASCII.GetBytes(text)))[..16];

    private void LookAtNumbers(IReadOnlyDictionary<string, string> record)
    {
        var (generation, term) = (long.Parse(record["generation"]), long.Parse(record["term"]));
        Require(generation >= _generation && generation <= _generation + 1, $"I6 the generation goes from {_generation} to {generation}");
        Require(term >= _term, $"I6 the term goes from {_term} to {term}");
        if (generation != _generation)
        {
            var next = ShardAssignment.Decode(record["planNext"]);
            Note($"generation {generation} term {term} step {record["step"]}: {record["planCurrent"]} / {record["planNext"]}");
            _members.UnionWith(next.Members);
            _members.UnionWith(ShardAssignment.Decode(record["planCurrent"]).Members);
            LookAtPlan(ShardAssignment.Decode(record["planCurrent"]));
            LookAtPlan(next);
        }

        if (record["state"] != _state)
        {
            Note($"job is {record["state"]} {record.GetValueOrDefault("reason")} {record.GetValueOrDefault("message")}");
            Require(_state is not ("Succeeded" or "Failed" or "Cancelled"), $"a job that is {_state} never becomes {record["state"]}");
            Require(
                record["state"] != "Running" || ShardAssignment.Decode(record["planNext"]).Members.Count() >= job.MinimumWorkers,
                "I11 a job never starts below its minimum");
        }

        (_generation, _term, _state) = (generation, term, record["state"]);
    }

    private void LookAtPlan(ShardAssignment assignment)
    {
        var shards = assignment.Ranges.SelectMany(entry => entry.Range.Shards()).ToArray();
        Require(
            assignment.Ranges.Length == 0 || shards.SequenceEqual(Enumerable.Range(0, job.ShardCount)),
            $"a plan covers each shard once: {assignment.Encode()}");
    }

    private void LookAtLog(IReadOnlyDictionary<string, string> record)
    {
        var log = keys.List(_names.Log);
        if (log.Count == 0)
        {
            return;
        }

        var step = long.Parse(record["step"]);
        Require(log.Count == step - long.Parse(record["baseStep"]) + 1, $"I4 the log has {log.Count} entries at step {step}");
        Require(_logLength == 0 || log.Count <= _logLength + 1, $"I4 the log grows by one, not from {_logLength} to {log.Count}");
        if (log.Count > _logLength && log.Count > 1)
        {
            LookAtCommit(StepEntry.Parse(log[^1]), log.Count - 2);
            var gap = CommittedAt > TimeSpan.Zero ? scheduler.Now - CommittedAt : TimeSpan.Zero;
            LongestGap = gap > LongestGap ? gap : LongestGap;
            CommittedAt = scheduler.Now;
        }

        _logLength = log.Count;
    }

    private void LookAtCommit(StepEntry entry, long expected)
    {
        Note($"commit {entry.Step} in generation {entry.Generation}");
        Require(entry.Step == expected, $"I1/I4 the log has step {entry.Step} where {expected} belongs");
        Require(entry.Generation == _generation, $"I6 step {entry.Step} is committed by generation {entry.Generation} of {_generation}");
        var samples = string.Concat(Enumerable.Range(0, job.ShardCount).Select(shard => ShardArithmetic.SamplesDigest(job, entry.Step, shard)));
        Require(entry.SamplesDigest == Digest(samples), $"I1 the samples of step {entry.Step} are the planned ones");
        foreach (var value in keys.Hash(_names.Reduced(entry.Step)).Values)
        {
            var parts = value.Split('|')[1].Split(':');
            Require(parts.Length < 5 || _members.Contains(parts[^2]), $"I5 {value} belongs to a member");
        }

        LookAtNodes(entry.Step);
    }

    private void LookAtNodes(long step)
    {
        var published = keys.Hash(_names.Nodes(step)).Keys.Select(field => field.Split(':')).Where(parts => parts.Length == 3);
        foreach (var chunk in published.GroupBy(parts => parts[0], parts => new ShardRange(int.Parse(parts[1]), int.Parse(parts[2]))))
        {
            var shards = chunk.SelectMany(range => range.Shards()).ToArray();
            Require(shards.Distinct().Count() == shards.Length, $"published nodes of chunk {chunk.Key} are disjoint: {string.Join(' ', chunk)}");
        }
    }
}
