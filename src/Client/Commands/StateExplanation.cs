using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>Why a job is in its state: a word and a sentence, also where nothing is wrong.</summary>
/// <param name="Reason">CamelCase word for programs.</param>
/// <param name="Message">Sentence for people.</param>
/// <param name="Next">The command that is most useful now; empty: none.</param>
internal sealed record StateExplanation(string Reason, string Message, string Next)
{
    /// <summary>Explains a job.</summary>
    public static StateExplanation Of(TrainingJob job)
    {
        var usual = Enum.Parse<JobState>(JobText.StateOf(job)) switch
        {
            JobState.Queued => new("Waiting", "It waits until the leading coordinator gives it workers.", "lightly workers list"),
            JobState.Running => new("Training", $"It trains with {Members(job)}; {job.Step} of {job.StepsTotal} steps are committed.", $"lightly watch {job.Id}"),
            JobState.Paused => new("Paused", "It rests with a checkpoint until it is resumed.", $"lightly resume {job.Id}"),
            JobState.Succeeded => new("Completed", $"All {job.StepsTotal} steps are committed.", $"lightly download {job.Id} --out {job.Id}"),
            JobState.Failed => new("Failed", "It failed; its log says more.", $"lightly logs {job.Id}"),
            _ => new StateExplanation("Cancelled", "It was cancelled; its committed steps and checkpoints stay.", $"lightly delete {job.Id}"),
        };
        return usual with
        {
            Reason = job.Reason.Length > 0 ? job.Reason : usual.Reason,
            Message = job.Message.Length > 0 ? job.Message : usual.Message,
        };
    }

    private static string Members(TrainingJob job) =>
        (job.Result?.Workers.Count(worker => worker.Left is null) ?? 0) is var count && count == 1 ? "1 worker" : $"{count} workers";
}
