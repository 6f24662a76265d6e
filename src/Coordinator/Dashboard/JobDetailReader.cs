using System.Collections.Concurrent;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Bank;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>Reads what the page of a job shows.</summary>
internal sealed class JobDetailReader(IJobStore store, JobCatalog catalog, FleetReader fleet, FleetLeader leader, TimeProvider clock)
{
    private const int LinesKept = 2000;
    private const int LinesMaximum = 40;
    private const int RowsAtOnce = 5000;
    private const int RowsMaximum = 400_000;
    private const int RememberedMaximum = 64;

    /// <summary>Pages that look at one job at the same time share one reading.</summary>
    private static readonly TimeSpan Freshness = TimeSpan.FromMilliseconds(400);

    private readonly ConcurrentDictionary<string, (long At, Task<JobDetail?> Detail)> _remembered = new(StringComparer.Ordinal);

    /// <summary>Everything but steps and traces, a moment old at most; null when there is no such job.</summary>
    public Task<JobDetail?> ReadAsync(string id)
    {
        if (_remembered.TryGetValue(id, out var known) && clock.GetElapsedTime(known.At) < Freshness && !known.Detail.IsFaulted)
        {
            return known.Detail;
        }

        if (_remembered.Count >= RememberedMaximum)
        {
            _remembered.Clear();
        }

        var detail = ReadFreshAsync(id);
        _remembered[id] = (clock.GetTimestamp(), detail);
        return detail;
    }

    /// <summary>The steps of a job from one on; null when there is no such job.</summary>
    public async Task<Series?> ReadSeriesAsync(string id, long fromStep, int points = SeriesBuilder.PointsMaximum)
    {
        if (catalog.Find(id) is not { } job)
        {
            return null;
        }

        return SeriesBuilder.Build(await ReadRowsAsync(job, fromStep), catalog.SpecificationOf(job).StepImages, points);
    }

    /// <summary>The rows of a job from a step on.</summary>
    public async Task<IReadOnlyList<StepMetrics>> ReadRowsAsync(JobRecord job, long fromStep)
    {
        var rows = new List<StepMetrics>();
        var start = Math.Max(0, fromStep - job.BaseStep - 1);
        while (rows.Count < RowsMaximum)
        {
            var page = await store.ReadMetricsAsync(job.Id, start + rows.Count, RowsAtOnce);
            rows.AddRange(page.Select(StepMetrics.Parser.ParseJson));
            if (page.Count < RowsAtOnce)
            {
                break;
            }
        }

        return rows;
    }

    private static double? NumberOf(JobRecord job, string field) => job.Field(field) is { Length: > 0 } text ? double.Parse(text) : null;

    private static IEnumerable<SettingRow> SettingsOf(JobRecord job, JobSpecification specification)
    {
        yield return new("data", specification.Data.Path);
        yield return new("images", job.Images > 0 ? $"{job.Images}" : "");
        yield return new("image size", $"{specification.Data.ImageSize}");
        yield return new("batch size", $"{specification.Train.BatchSize} in {specification.Train.Shards} shards");
        if (specification.Sync.IsLocal)
        {
            yield return new("step", $"a round of {specification.Sync.LocalSteps} local steps in each of {specification.Train.Shards} replicas");
        }

        yield return new("seed", $"{specification.Train.Seed}");
        yield return new("workers", $"{specification.Workers.Min} to {(job.IsAnyNumberWelcome ? "any number" : $"{job.MaximumWorkers}")}");
        yield return new("generation", $"{job.Generation}");
        yield return new("output", specification.Checkpoint.Uri);
    }

    private async Task<JobDetail?> ReadFreshAsync(string id)
    {
        if (catalog.Find(id) is not { } job)
        {
            return null;
        }

        var specification = catalog.SpecificationOf(job);
        return new(
            fleet.Summarize(job),
            [.. SettingsOf(job, specification)],
            await MembersAsync(job, specification),
            [.. (await store.ReadRecoveriesAsync(id)).Select(LossRecord.Read)
                .Select(loss => new RecoveryRow(loss.Worker, loss.Cause, loss.Step, loss.DetectionSeconds, loss.Seconds))],
            [.. (await store.ReadLinesAsync(id, 0, LinesKept)).Lines.TakeLast(LinesMaximum).Select(LineRecord.Read)
                .Select(line => new LineRow(line.Time, line.Worker, line.Level, line.Text))],
            MemoryBankFacts.Of(specification.Method, specification.StepImages, job.Step) is { } bank
                ? new(bank.Size, bank.KeysPerStep, bank.Filled, bank.OldestSteps) : null,
            JobVerdicts.Read(job),
            NumberOf(job, "knnTop1Untrained"),
            NumberOf(job, "knnTop1"),
            NumberOf(job, "collapseStd"),
            job.StateHash);
    }

    private async Task<IReadOnlyList<MemberRow>> MembersAsync(JobRecord job, JobSpecification specification)
    {
        var state = leader.State;
        var rows = new List<MemberRow>();
        foreach (var (incarnation, text) in await store.ReadHistoryAsync(job.Id))
        {
            var row = MemberRecord.Read(text);
            var range = row.Left == 0 ? job.Plan.Next.RangeOf(incarnation).Count : 0;
            rows.Add(new(
                row.Id, incarnation, row.Joined, row.Left, row.Reason, row.Shards, row.ShardsPerSecond * specification.ShardStepImages,
                (double)range / specification.Train.Shards,
                row.Left == 0 && state.Workers.TryGetValue(incarnation, out var worker) ? worker.Report.Status.ToString() : "", row.Note));
        }

        // Who prepares or catches up is no member yet, and has no row.
        var joiners = state.Workers.Values.Where(worker => worker.IsOpen && worker.Job == job.Id && rows.All(row => row.Incarnation != worker.Incarnation));
        rows.AddRange(joiners.Select(worker => new MemberRow(
            worker.Id, worker.Incarnation, 0, 0, "", worker.Report.Shards, 0, 0, worker.Report.Status.ToString(), "catches up")));
        return [.. rows.OrderBy(row => row.Joined == 0).ThenBy(row => row.Joined).ThenBy(row => row.Worker, StringComparer.Ordinal)];
    }
}
