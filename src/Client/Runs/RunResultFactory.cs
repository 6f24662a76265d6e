using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Runs;

/// <summary>Makes the result of what the coordinator says and what was followed.</summary>
internal static class RunResultFactory
{
    /// <summary>Longest history that is not thinned.</summary>
    public const int HistoryMaximum = 10_000;

    /// <summary>The result of a job.</summary>
    /// <param name="job">The job as the coordinator told it last.</param>
    /// <param name="rows">Every committed step from the first on.</param>
    /// <param name="firstStep">Steps that were committed before this run, which resumed there.</param>
    /// <param name="wallSeconds">Seconds of the whole command.</param>
    public static RunResult Create(TrainingJob job, IReadOnlyList<MetricsRow> rows, long firstStep, double wallSeconds)
    {
        var result = job.Result ?? new TrainingJobResult();
        var specification = JobSpecificationMapping.FromWire(job.Spec ?? new TrainingJobSpec());
        var trained = (job.Step - firstStep) * (double)specification.StepImages;
        return new RunResult
        {
            Job = job.Id,
            State = JobStateMapping.FromWire(job.State).ToString(),
            Reason = Reason(job),
            Method = specification.Method.Name,
            Backbone = specification.Backbone.Name,
            Steps = job.Step,
            Epochs = job.StepsPerEpoch > 0 ? (double)job.Step / job.StepsPerEpoch : 0,
            Images = job.Step * specification.StepImages,
            Loss = MeanOfLastEpoch(rows),
            LossHistory = Thin([.. rows.Select(row => row.Loss)]),
            StateHash = result.StateHash.Length > 0 ? result.StateHash : rows.LastOrDefault(row => row.StateHash.Length > 0)?.StateHash ?? "",
            KnnTop1Untrained = result.HasKnnTop1Untrained ? result.KnnTop1Untrained : null,
            KnnTop1 = result.HasKnnTop1 ? result.KnnTop1 : null,
            Knn = result.Knn is { } knn ? new KnnResult(knn.K, knn.T, knn.BankImages, knn.TestImages) : null,
            CollapseStd = result.HasCollapseStd ? result.CollapseStd : null,
            ImagesPerSecond = result.TrainingSeconds > 0 ? Math.Round(trained / result.TrainingSeconds, 2) : 0,
            WallSeconds = Math.Round(wallSeconds, 3),
            Transport = result.Transport.Length > 0 ? new TransportResult(result.Transport, result.TransportReason) : null,
            Workers = [.. result.Workers.Select(ToResult)],
            Recoveries = [.. result.Recoveries.Select(lost => new RecoveryResult(
                lost.Cause, lost.Step, lost.HasSeconds ? lost.Seconds : null, lost.DetectionSeconds))],
            Samples = result.Samples is { } samples
                ? new SampleResult(samples.Expected, samples.Committed, samples.RepeatedCount, samples.Lost, samples.Replaced, samples.Verified)
                : null,
            Verdict = result.Verdict is { } verdict ? new VerdictResult(verdict.Kind, verdict.Summary, [.. verdict.Evidence], verdict.Advice) : null,
            BadFiles = [.. result.BadFiles],
        };
    }

    /// <summary>Every n-th value, so that at most <see cref="HistoryMaximum"/> remain; the first and the last stay.</summary>
    public static IReadOnlyList<double> Thin(IReadOnlyList<double> values)
    {
        if (values.Count <= HistoryMaximum)
        {
            return values;
        }

        var scale = (values.Count - 1.0) / (HistoryMaximum - 1);
        return [.. Enumerable.Range(0, HistoryMaximum).Select(index => values[(int)Math.Round(index * scale)])];
    }

    private static string Reason(TrainingJob job) => (job.Reason.Length, job.Message.Length) switch
    {
        (0, _) => job.Message,
        (_, 0) => job.Reason,
        _ => $"{job.Reason}: {job.Message}",
    };

    private static double? MeanOfLastEpoch(IReadOnlyList<MetricsRow> rows) =>
        rows.Count == 0 ? null : rows.Where(row => row.Epoch == rows[^1].Epoch).Average(row => row.Loss);

    private static WorkerResult ToResult(WorkerRecord worker) => new(
        worker.Id,
        worker.Shards,
        Math.Round(worker.ImagesPerSecond, 2),
        worker.Joined?.ToDateTimeOffset(),
        worker.Left?.ToDateTimeOffset(),
        worker.Reason);
}
