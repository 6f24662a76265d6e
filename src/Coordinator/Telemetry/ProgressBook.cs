using System.Collections.Concurrent;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>Reads the rows of committed steps of the jobs that this coordinator leads, and tells metrics and traces of them.</summary>
internal sealed class ProgressBook(IJobStore store, FleetLeader leader, TraceBook traces, JobInstruments instruments, TimeProvider clock)
{
    private const int RowsAtOnce = 500;
    private const int RowsAtFirst = 64;
    private const int EndedMaximum = 100;

    private readonly ConcurrentDictionary<string, JobProgress> _jobs = new(StringComparer.Ordinal);
    private readonly List<JobRecord> _ended = [];
    private readonly Dictionary<string, EpochSpans> _epochs = new(StringComparer.Ordinal);

    /// <summary>The jobs that have not ended.</summary>
    public IReadOnlyCollection<JobProgress> Jobs => [.. _jobs.Values];

    /// <summary>What is known of a job; null when it has ended or is led elsewhere.</summary>
    public JobProgress? Find(string job) => _jobs.GetValueOrDefault(job);

    /// <summary>Reads what is new.</summary>
    /// <exception cref="StoreAwayException">META does not answer; the next call goes on.</exception>
    public async Task ReadAsync()
    {
        var state = leader.State;
        if (state.Role != ObserverRole.Leader)
        {
            _jobs.Clear();
            _epochs.Clear();
            return;
        }

        foreach (var (id, entry) in state.Jobs)
        {
            var progress = _jobs.GetOrAdd(id, _ => new(id, entry.Record.Specification, clock));
            progress.Record = entry.Record;
            if (entry.Record is { IsInitialized: true, State: JobState.Running or JobState.Paused or JobState.Queued })
            {
                await ReadAsync(progress, entry.Record);
            }
        }

        foreach (var gone in _jobs.Values.Where(job => !state.Jobs.ContainsKey(job.Id)).ToArray())
        {
            if (gone.Record is { IsInitialized: true } record)
            {
                await ReadAsync(gone, record);
            }

            Remember(gone.Record);
            _jobs.TryRemove(gone.Id, out _);
            _epochs.Remove(gone.Id);
        }

        traces.Settle(job => Find(job)?.Record ?? _ended.Find(ended => ended.Id == job));
    }

    /// <summary>Parts of a job's last traced steps may come after its end.</summary>
    private void Remember(JobRecord? ended)
    {
        if (ended is not null)
        {
            _ended.Add(ended);
            _ended.RemoveRange(0, Math.Max(0, _ended.Count - EndedMaximum));
        }
    }

    private async Task ReadAsync(JobProgress progress, JobRecord record)
    {
        // A coordinator that comes later takes the newest rows for its averages, and counts only what is committed from then on.
        var committed = record.Step - record.BaseStep;
        var isFirst = progress.RowsRead is null;
        var next = progress.RowsRead ?? Math.Max(0, committed - RowsAtFirst);
        while (true)
        {
            var rows = await store.ReadMetricsAsync(progress.Id, next, RowsAtOnce);
            foreach (var row in rows.Select(StepMetrics.Parser.ParseJson))
            {
                progress.Take(row);
                if (!isFirst || next >= committed || committed <= RowsAtFirst)
                {
                    Tell(progress, record, row);
                }

                next++;
            }

            progress.RowsRead = next;
            if (rows.Count < RowsAtOnce)
            {
                return;
            }
        }
    }

    private void Tell(JobProgress progress, JobRecord record, StepMetrics row)
    {
        var specification = progress.Specification;
        var step = row.Step - 1;
        instruments.StepCommitted(
            row, specification.Method.Name, specification.StepImages,
            traces.Knows(progress.Id, step) ? TraceIdentity.OfStep(progress.Id, step) : null);
        if (!_epochs.TryGetValue(progress.Id, out var epochs))
        {
            _epochs.Add(progress.Id, epochs = new(progress.Id, clock));
        }

        epochs.Take(row, record.StepsPerEpoch, JobSpans.LinksTo(record));
    }
}
