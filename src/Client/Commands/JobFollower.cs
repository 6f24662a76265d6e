using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Connections;

namespace LightlyCluster.Client.Commands;

/// <summary>Follows a job of a server to its end.</summary>
internal static class JobFollower
{
    /// <summary>Shows progress, then the result.</summary>
    /// <param name="context">What commands work with; Ctrl-C detaches.</param>
    /// <param name="client">The server.</param>
    /// <param name="id">The job.</param>
    /// <param name="began">When the command began, as a timestamp of the clock.</param>
    /// <param name="format">How the result is written.</param>
    /// <returns>0 for a job that succeeded or paused, 2 for one that could not be used, 10 failed, 11 cancelled, 130 detached.</returns>
    public static async Task<int> FollowAsync(CommandContext context, LightlyClient client, string id, long began, OutputFormat format)
    {
        var now = await client.GetAsync(id, context.Interruption.Leave);
        var progress = new ProgressLine(context.Terminal, context.Clock);
        using var recorder = new RunRecorder([], null, null, progress, JobSpecificationMapping.FromWire(now.Spec).StepImages);
        try
        {
            var job = await client.FollowAsync(id, 1, recorder.Receive, context.Interruption.Leave);
            progress.Finish();
            var seconds = context.Clock.GetElapsedTime(began).TotalSeconds;
            var result = RunResultFactory.Create(job, recorder.Rows, 0, seconds);
            var exitCode = ExitCodeOf(result.State, job.Reason);
            RunReport.Write(context.Terminal, result, "", exitCode, format);
            return (int)exitCode;
        }
        catch (OperationCanceledException)
        {
            progress.Finish();
            context.Terminal.Say($"Detached; {id} goes on. Look again with: lightly watch {id}");
            return (int)ExitCode.Interrupted;
        }
    }

    /// <summary>What the shell is told about a job that has ended or paused.</summary>
    /// <param name="state">Name of its state.</param>
    /// <param name="reason">Its CamelCase reason.</param>
    public static ExitCode ExitCodeOf(string state, string reason) => state switch
    {
        nameof(JobState.Failed) when reason.StartsWith("Invalid", StringComparison.Ordinal) => ExitCode.Usage,
        nameof(JobState.Failed) => ExitCode.JobFailed,
        nameof(JobState.Cancelled) => ExitCode.JobCancelled,
        _ => ExitCode.Success,
    };
}
