using System.Text.Json;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Verdicts;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Judges what limited a job when it ends or rests, and keeps the verdict in its record.</summary>
internal sealed class JobVerdicts(IJobStore store)
{
    private const string Field = "verdict";

    /// <summary>Steps that are looked at: the newest ones.</summary>
    private const int StepsMaximum = 2000;

    /// <summary>The first steps of a run warm caches and code up.</summary>
    private const int WarmUpSteps = 2;

    /// <summary>The verdict of a job; null before its end and when too few steps were measured.</summary>
    public static Fleet.Verdicts.RunVerdict? Read(JobRecord job) =>
        job.Field(Field) is { Length: > 0 } text ? JsonSerializer.Deserialize<Fleet.Verdicts.RunVerdict>(text) : null;

    /// <summary>The verdict of a job for the wire; null where there is none.</summary>
    public static Protocol.V1.RunVerdict? ToWire(JobRecord job) => Read(job) is not { } verdict ? null : new()
    {
        Kind = verdict.Kind,
        Summary = verdict.Summary,
        Evidence = { verdict.Evidence },
        Advice = verdict.Advice,
    };

    /// <summary>Judges a job that has ended or rests and writes the verdict into its record.</summary>
    public async Task WriteAsync(JobRecord job)
    {
        var steps = job.Step - job.BaseStep;
        var rows = (await store.ReadMetricsAsync(job.Id, Math.Max(Math.Min(WarmUpSteps, steps), steps - StepsMaximum), StepsMaximum))
            .Select(StepMetrics.Parser.ParseJson).ToArray();
        var shardImages = JobSpecificationJson.Read(job.Specification).ShardStepImages;
        var members = (await store.ReadHistoryAsync(job.Id)).Values.Select(MemberRecord.Read);
        var verdict = RunJudge.Judge(new()
        {
            StepSeconds = [.. rows.Select(row => row.Seconds)],
            PhaseSeconds = rows.SelectMany(row => row.Phases).GroupBy(phase => phase.Key, StringComparer.Ordinal)
                .ToDictionary(phase => phase.Key, phase => phase.Sum(pair => pair.Value), StringComparer.Ordinal),
            Workers = [.. members.Select(member => new WorkerEvidence(
                member.Id,
                member.ShardsPerSecond * shardImages,
                member.Note == "straggler",
                IsGone: member.Left > 0 && member.Reason != job.State.ToString()))],
            Recoveries = (await store.ReadRecoveriesAsync(job.Id)).Count,
            MemoryBytes = [.. rows.Where(row => row.MemoryBytes > 0).Select(row => row.MemoryBytes)],
            MemoryLimitBytes = rows.LastOrDefault(row => row.MemoryLimitBytes > 0)?.MemoryLimitBytes ?? 0,
            IsStoreFull = job.Reason == "StoreFull",
        });
        await store.SetFieldsAsync(job.Id, null, "", (Field, verdict is null ? "" : JsonSerializer.Serialize(verdict)));
    }
}
