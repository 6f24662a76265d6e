using Google.Protobuf;
using LightlyCluster.Fleet;
using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Steps;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Telemetry;

namespace LightlyCluster.Worker.Steps;

/// <summary>Turns a committed step into the next state, and reports and compares that state: whatever happens, before the next step.</summary>
internal sealed class StepApplier(JobParts parts)
{
    private const int StepsPerMemoryReading = 8;

    private static readonly TimeSpan SuspicionInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan SuspicionLimit = TimeSpan.FromSeconds(1);

    private StateReport? _unreported;

    /// <summary>Applies the vector of a committed step that this worker had no part in, if it is the one of the log.</summary>
    /// <param name="job">The job.</param>
    /// <param name="reduced">The vector.</param>
    /// <param name="samplesDigest">Digest of the samples where the step was computed again here; empty where its bytes were fetched.</param>
    /// <param name="times">Takes what it costs.</param>
    /// <param name="start">When the step began here.</param>
    /// <exception cref="SamplesDifferException">The samples are others.</exception>
    /// <exception cref="StateMismatchException">The vector is another one.</exception>
    public async Task FollowAsync(JobRecord job, VectorBuffer reduced, string samplesDigest, PhaseTimes times, long start)
    {
        var entry = await EntryAsync(job);
        if (samplesDigest.Length > 0 && samplesDigest != entry.SamplesDigest)
        {
            throw new SamplesDifferException(entry.Step, entry.SamplesDigest, samplesDigest, parts.Computation.ChangedFiles(job.StartTime));
        }

        CrashPoint.Reach("worker.mid-replay");
        var digest = times.Measure(TelemetryPhases.Digest, () => StepDigest.Of(reduced, parts.Shape.Codec, parts.ChunkPool));
        if (entry.Digest != digest)
        {
            throw new StateMismatchException($"Step {entry.Step} reduces to {digest} here, the log has {entry.Digest}.");
        }

        await ApplyAsync(job, reduced, times, start);
    }

    /// <summary>Applies the reduced vector of the running step, whose commit is in the log, and remembers what is to be reported.</summary>
    /// <returns>The loss of the batch.</returns>
    public async Task<double> ApplyAsync(JobRecord job, VectorBuffer reduced, PhaseTimes times, long start)
    {
        var computation = parts.Computation;
        var step = computation.Step;
        var entry = await EntryAsync(job);
        var (loss, hash) = await computation.ApplyAsync(reduced, entry.LearningRate, IsHashed(job, step + 1), times);
        var seconds = parts.Clock.GetElapsedTime(start).TotalSeconds;
        var metrics = new StepMetrics
        {
            Step = step + 1,
            Epoch = step / parts.Shape.StepsPerEpoch,
            Loss = loss,
            LearningRate = entry.LearningRate,
            StateHash = hash,
            Generation = entry.Generation,
            SamplesDigest = entry.SamplesDigest,
            Seconds = seconds,
            WorkerCount = job.Plan.At(step).Members.Count(),
            Phases = { times.Seconds.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 6)) },
        };
        if (step % StepsPerMemoryReading == 0)
        {
            var memory = ProcessMemory.Read();
            (metrics.MemoryBytes, metrics.MemoryLimitBytes) = (memory.Used, memory.Limit);
        }

        _unreported = new(step + 1, hash, parts.Ticket.Worker, JsonFormatter.Default.Format(metrics), seconds, parts.Now);
        return loss;
    }

    /// <summary>Reports the newest state, if that is still to be done, and compares it with the members' states.</summary>
    /// <exception cref="StateMismatchException">Another member has another state.</exception>
    /// <exception cref="StoreAwayException">The store is away; call again.</exception>
    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        if (_unreported is not { } report)
        {
            return;
        }

        var since = parts.Clock.GetTimestamp();
        while (true)
        {
            var isDecisive = parts.Clock.GetElapsedTime(since) > SuspicionLimit;
            var (verdict, first) = await parts.Steps.VerifyStateAsync(report with { IsDecisive = isDecisive });
            if (verdict != StateVerdict.Suspect)
            {
                // A worker that leaves reports beside its steps: a newer state may be there to report by now.
                Interlocked.CompareExchange(ref _unreported, null, report);
            }

            if (verdict == StateVerdict.Equal)
            {
                return;
            }

            if (verdict == StateVerdict.Different)
            {
                throw new StateMismatchException($"State {report.Step} is {report.Hash} here, {first} on another member.");
            }

            await Task.Delay(SuspicionInterval, parts.Clock, cancellationToken);
        }
    }

    /// <summary>Forgets what is to be reported: the state was replaced by another one.</summary>
    public void Reset() => _unreported = null;

    private async Task<StepEntry> EntryAsync(JobRecord job) =>
        await parts.Steps.ReadEntryAsync(parts.Computation.Step, job.BaseStep)
        ?? throw new InvariantBrokenException($"Broken invariant: step {parts.Computation.Step} is committed but not in the log.");

    private bool IsHashed(JobRecord job, long state) =>
        state % parts.Shape.Specification.Train.VerifyEvery == 0 || state == job.StopAt || state == parts.Shape.StepsTotal
        || state % parts.Shape.CheckpointEvery == 0 || state == job.Plan.FirstStep + 1;
}
