using System.Text.Json;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Export;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Snapshots;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Tasks;

/// <summary>What the first member does beside steps: measuring, checkpoints, export, and the end of the job.</summary>
internal sealed class FinishTask(JobContext context, TrainingThread training, IJobStore jobs, JobTicket ticket, TimeProvider clock)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Measures the accuracy before training, once.</summary>
    public async Task MeasureUntrainedAsync(JobRecord job)
    {
        var result = await training.RunAsync(() => EvaluationTask.Run(context, isFull: false));
        await jobs.SetFieldsAsync(context.Id, job.Generation, ticket.Incarnation, ("knnUntrainedDone", "1"));
        if (result.Top1 is { } top1)
        {
            await jobs.SetFieldsAsync(context.Id, job.Generation, ticket.Incarnation, ("knnTop1Untrained", $"{top1:R}"));
        }
    }

    /// <summary>Writes a checkpoint of the state that this worker holds.</summary>
    public Task CheckpointAsync(JobRecord job) =>
        training.RunAsync(() => CheckpointFiles.Write(context, ticket.NumericClass, job.Field("knnTop1Untrained") ?? ""));

    /// <summary>Checkpoints and pauses the job at the state that this worker holds.</summary>
    public async Task PauseAsync(JobRecord job)
    {
        await CheckpointAsync(job);
        await ReportBadFilesAsync();
        var message = job.IsPauseRequested ? "Paused by a client." : $"Stopped after step {context.Step} as asked.";
        await jobs.ChangeStateAsync(
            context.Id, new(JobState.Paused, Now, "Paused", message, job.Generation, context.Step), [JobState.Running]);
    }

    /// <summary>Checkpoints, exports, measures, and ends the job.</summary>
    public async Task SucceedAsync(JobRecord job)
    {
        await CheckpointAsync(job);
        var result = await training.RunAsync(() =>
        {
            Export();
            return EvaluationTask.Run(context, isFull: true);
        });
        WriteEvaluation(result);
        await ReportBadFilesAsync();
        var fields = new List<(string, string)> { ("collapseStd", $"{result.CollapseStd:R}") };
        if (result.Top1 is { } top1)
        {
            fields.Add(("knnTop1", $"{top1:R}"));
            fields.Add(("knn", $"{result.NeighbourCount}|{result.Temperature:R}|{result.BankImages}|{result.QueryImages}"));
        }

        await jobs.ChangeStateAsync(
            context.Id, new(JobState.Succeeded, Now, "", "", job.Generation, context.Step), [JobState.Running], [.. fields]);
    }

    /// <summary>Names the files that do not decode in the job's record.</summary>
    public Task ReportBadFilesAsync() => jobs.AddBadFilesAsync(context.Id, context.Loader.BadFiles);

    private void Export()
    {
        var folder = Path.Combine(context.Specification.Checkpoint.Uri, "exported_models");
        Directory.CreateDirectory(folder);
        TorchvisionExport.WriteSafetensors(
            Path.Combine(folder, "exported_last.safetensors"),
            context.Method.Backbone is ReducedBackbone reduced ? reduced.Trunk : context.Method.Backbone,
            new Dictionary<string, string>(BackboneFactory.Describe(context.Specification), StringComparer.Ordinal)
            {
                ["method"] = context.Specification.Method.Name,
                ["step"] = $"{context.Step}",
            });
    }

    private void WriteEvaluation(EvaluationResult result)
    {
        var path = Path.Combine(context.Specification.Checkpoint.Uri, "evaluation.json");
        var partial = $"{path}.{Environment.ProcessId}.partial";
        File.WriteAllText(partial, JsonSerializer.Serialize(result, Json));
        File.Move(partial, path, overwrite: true);
    }
}
