using System.Text.Json;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>One look of <c>lightly top</c>.</summary>
/// <param name="Jobs">Jobs that have not ended.</param>
/// <param name="Workers">Workers that are connected.</param>
internal sealed record TopFrame(IReadOnlyList<TopJob> Jobs, IReadOnlyList<WorkerInfo> Workers)
{
    private const int RowsMaximum = 40;

    /// <summary>For people.</summary>
    public string Text(DateTimeOffset now)
    {
        var jobs = new TextTable("JOB", "NAME", "STATE", "STEP", "DONE", "LOSS", "IMAGES/S", "WORKERS", "AGE", "MESSAGE");
        foreach (var (job, last) in Jobs.OrderBy(entry => entry.Job.State != TrainingJob.Types.State.Running).Take(RowsMaximum).Select(entry => (entry.Job, entry.Last)))
        {
            jobs.Add(
                job.Id,
                job.DisplayName,
                JobText.StateOf(job),
                $"{job.Step}/{job.StepsTotal}",
                job.StepsTotal > 0 ? $"{(double)job.Step / job.StepsTotal:0%}" : "-",
                last is null ? "-" : $"{last.Loss:0.0000}",
                new TopJob(job, last).ImagesPerSecond is { } speed ? $"{speed:0.#}" : "-",
                last is null ? "-" : $"{last.WorkerCount}",
                JobText.Age(job.CreateTime, now),
                job.Message);
        }

        var workers = new TextTable("WORKER", "STATUS", "JOB", "HOST", "DEVICE", "MESSAGE");
        foreach (var worker in Workers.Take(RowsMaximum))
        {
            workers.Add(worker.Id, worker.Status, worker.JobId.Length > 0 ? worker.JobId : "-", worker.Host, worker.Device, worker.Message);
        }

        return $"{Summary()}\n\n{jobs}{More(Jobs.Count)}\n{workers}{More(Workers.Count)}".TrimEnd();
    }

    /// <summary>For programs.</summary>
    public string Json() => JsonSerializer.Serialize(
        new
        {
            Jobs = Jobs.Select(entry => new
            {
                entry.Job.Id,
                Name = entry.Job.DisplayName,
                State = JobText.StateOf(entry.Job),
                entry.Job.Step,
                Steps = entry.Job.StepsTotal,
                Loss = entry.Last?.Loss,
                entry.ImagesPerSecond,
                Workers = entry.Last?.WorkerCount,
                entry.Job.Reason,
                entry.Job.Message,
            }),
            Workers = Workers.Select(worker => new { worker.Id, worker.Status, Job = worker.JobId, worker.Host, worker.Device, worker.Message }),
        },
        RunJson.Indented);

    private static string More(int count) => count > RowsMaximum ? $"... and {count - RowsMaximum} more\n" : "";

    private string Summary()
    {
        var counts = Jobs.CountBy(entry => JobText.StateOf(entry.Job)).OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Value} {pair.Key.ToLowerInvariant()}");
        return $"{(Jobs.Count > 0 ? string.Join(", ", counts) : "no jobs")}; {Workers.Count} workers";
    }
}
