using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Worker.Steps;
using LightlyCluster.Worker.Telemetry;

namespace LightlyCluster.Worker.Tasks;

/// <summary>What the first member does beside steps: measuring, checkpoints, export, and the end of the job.</summary>
internal sealed class FinishTask(
    IJobComputation computation, StepApplier applier, IJobStore jobs, IStepStore steps, JobTicket ticket, WorkerTelemetry telemetry, TimeProvider clock)
{
    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Measures the accuracy before training, once.</summary>
    public async Task MeasureUntrainedAsync(JobRecord job)
    {
        var result = await EvaluateAsync(isFull: false);
        await jobs.SetFieldsAsync(ticket.Id, job.Generation, ticket.Incarnation, ("knnUntrainedDone", "1"));
        if (result.Top1 is { } top1)
        {
            await jobs.SetFieldsAsync(ticket.Id, job.Generation, ticket.Incarnation, ("knnTop1Untrained", $"{top1:R}"));
        }
    }

    /// <summary>Writes a checkpoint of the state that this worker holds, once that state is reported: who goes on from it cannot report it.</summary>
    public async Task CheckpointAsync(JobRecord job)
    {
        await applier.ReportAsync(CancellationToken.None);
        await telemetry.CheckpointAsync(
            ticket.Id, ticket.Worker, computation.Step, () => computation.CheckpointAsync(job.Field("knnTop1Untrained") ?? ""));
    }

    /// <summary>Writes a checkpoint beside the steps, which may go on meanwhile.</summary>
    public async Task CheckpointBesideStepsAsync(JobRecord job)
    {
        await CheckpointAsync(job);
        await applier.ReportAsync(CancellationToken.None);
    }

    /// <summary>Checkpoints and pauses the job at the state that this worker holds.</summary>
    public Task PauseAsync(JobRecord job) => job.PauseReason.Length > 0 ? YieldAsync(job) : PauseAsync(
        job, "Paused", job.IsPauseRequested ? "Paused by a client." : $"Stopped after step {computation.Step} as asked.");

    /// <summary>Checkpoints and pauses the job at the state that this worker holds, for a reason.</summary>
    public async Task PauseAsync(JobRecord job, string reason, string message)
    {
        await CheckpointAsync(job);
        await ReportBadFilesAsync();
        await jobs.ChangeStateAsync(
            ticket.Id, new(JobState.Paused, Now, reason, message, job.Generation, computation.Step), [JobState.Running], await StateFieldsAsync());
    }

    /// <summary>Checkpoints, exports, measures, audits the samples, and ends the job.</summary>
    public async Task SucceedAsync(JobRecord job)
    {
        await CheckpointAsync(job);
        var result = await EvaluateAsync(isFull: true);
        await computation.ExportAsync(result);
        await ReportBadFilesAsync();
        var fields = new List<(string, string)>(await StateFieldsAsync()) { ("collapseStd", $"{result.CollapseStd:R}") };
        if (result.Top1 is { } top1)
        {
            fields.Add(("knnTop1", $"{top1:R}"));
            fields.Add(("knn", $"{result.NeighbourCount}|{result.Temperature:R}|{result.BankImages}|{result.QueryImages}"));
        }

        var (verified, difference) = await new SampleAuditor(computation, steps).AuditAsync(job);
        fields.Add(("samplesVerified", $"{verified}"));
        if (difference.Length > 0)
        {
            await jobs.ChangeStateAsync(
                ticket.Id, new(JobState.Failed, Now, "SamplesDiffer", difference, job.Generation, computation.Step), [JobState.Running], [.. fields]);
            return;
        }

        await jobs.ChangeStateAsync(
            ticket.Id, new(JobState.Succeeded, Now, "", "", job.Generation, computation.Step), [JobState.Running], [.. fields]);
    }

    /// <summary>Names the files that do not decode in the job's record.</summary>
    public Task ReportBadFilesAsync() => jobs.AddBadFilesAsync(ticket.Id, computation.BadFiles);

    private Task<EvaluationResult> EvaluateAsync(bool isFull) =>
        WorkerTelemetry.EvaluateAsync(ticket.Id, ticket.Worker, computation.Step, () => computation.EvaluateAsync(isFull));

    /// <summary>Checkpoints and waits: the coordinator's wish, not a person's. The job goes on as soon as it has its workers.</summary>
    private async Task YieldAsync(JobRecord job)
    {
        await CheckpointAsync(job);
        await ReportBadFilesAsync();
        await jobs.ChangeStateAsync(
            ticket.Id, new(JobState.Queued, Now, job.PauseReason, job.PauseMessage, job.Generation, computation.Step), [JobState.Running],
            await StateFieldsAsync());
    }

    /// <summary>The final state, also when this worker reached it by following the log and was no member then.</summary>
    private async Task<(string Field, string Value)[]> StateFieldsAsync() =>
        [("stateHash", await computation.HashAsync()), ("stateStep", $"{computation.Step}")];
}
