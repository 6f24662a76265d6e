using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>Commands about jobs of a server: get, list, describe, watch, wait, logs, cancel, pause, resume, delete, download.</summary>
internal static class JobCommands
{
    private delegate Task<int> JobAction(JobClient client, string id, OutputFormat format, ParseResult parsed);

    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Create(CommandContext context)
    {
        yield return ForJob(context, "get", "Shows a job as a line.", async (client, id, format, _) =>
            Show(context, await client.GetAsync(id, context.Interruption.Leave), format));
        yield return List(context);
        yield return Describe(context);
        yield return ForJob(context, "watch", "Follows a job to its end; Ctrl-C leaves it running.", (client, id, format, _) =>
            JobFollower.FollowAsync(context, client, id, context.Clock.GetTimestamp(), format));
        yield return Wait(context);
        yield return ForJob(context, "logs", "Shows the log of a job, to its end.", (client, id, _, _) => LogsAsync(context, client, id));
        yield return ForJob(context, "cancel", "Ends a job; its committed steps stay.", async (client, id, format, _) =>
            Show(context, await client.CancelAsync(id, "", context.Interruption.Leave), format));
        yield return ForJob(context, "pause", "Checkpoints and pauses a job.", async (client, id, format, _) =>
            Show(context, await client.PauseAsync(id, context.Interruption.Leave), format));
        yield return ForJob(context, "resume", "Lets a paused job run again.", async (client, id, format, _) =>
            Show(context, await client.ResumeAsync(id, context.Interruption.Leave), format));
        yield return ForJob(context, "delete", "Removes the record of a job that has ended.", async (client, id, _, _) =>
        {
            await client.DeleteAsync(id, context.Interruption.Leave);
            context.Terminal.Say($"Deleted {id}; its files stay where they are");
            return (int)ExitCode.Success;
        });
        yield return Download(context);
    }

    private static Command List(CommandContext context)
    {
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var command = new Command("list", "Lists the jobs of a coordinator.") { server, output };
        command.SetAction(async (parsed, _) =>
        {
            using var client = new JobClient(CommonOptions.ServerOf(parsed, server), context.Clock);
            var jobs = await client.ListAsync(context.Interruption.Leave);
            if (CommonOptions.FormatOf(parsed, output) == OutputFormat.Json)
            {
                context.Terminal.Print(JobText.Json(jobs));
            }
            else
            {
                context.Terminal.Print(JobText.Table(jobs, context.Clock.GetUtcNow()));
            }
        });
        return command;
    }

    private static Command Describe(CommandContext context)
    {
        var command = ForJob(context, "describe", "Shows everything about a job, or about a method.", async (client, id, format, _) =>
        {
            var job = await client.GetAsync(id, context.Interruption.Leave);
            var text = format == OutputFormat.Json ? JobText.Json(job) : JobText.Describe(job, context.Clock.GetUtcNow());
            context.Terminal.Print(text.TrimEnd());
            return (int)ExitCode.Success;
        });
        var name = new Argument<string>("NAME") { Description = "Name of the method." };
        var output = CommonOptions.Output();
        var method = new Command("method", "Shows a method with its parameters, defaults and ranges.") { name, output };
        method.SetAction(parsed => CatalogCommands.DescribeMethod(context.Terminal, parsed.GetValue(name)!, CommonOptions.FormatOf(parsed, output)));
        command.Add(method);
        return command;
    }

    private static Command Wait(CommandContext context)
    {
        var timeout = new Option<double?>("--timeout") { Description = "Give up after so many seconds.", HelpName = "seconds" };
        var command = ForJob(context, "wait", "Waits until a job has ended or paused.", async (client, id, format, parsed) =>
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(context.Interruption.Leave);
            if (parsed.GetValue(timeout) is { } seconds)
            {
                limit.CancelAfter(TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 1e6)));
            }

            try
            {
                var job = await client.FollowAsync(id, long.MaxValue, _ => { }, limit.Token);
                Show(context, job, format);
                return (int)JobFollower.ExitCodeOf(JobText.StateOf(job), job.Reason);
            }
            catch (OperationCanceledException exception) when (!context.Interruption.Leave.IsCancellationRequested)
            {
                throw new CommandException(ExitCode.Unavailable, $"Job {id} has not ended after {parsed.GetValue(timeout)} s", exception);
            }
        });
        command.Add(timeout);
        return command;
    }

    private static Command Download(CommandContext context)
    {
        var directory = new Option<string>("--out") { Description = "Folder for the files.", HelpName = "folder", Required = true };
        var command = ForJob(context, "download", "Fetches checkpoints, exported models and results of a job.", async (client, id, _, parsed) =>
        {
            var target = parsed.GetValue(directory)!;
            var files = await ArtifactDownload.RunAsync(client, id, target, context.Interruption.Leave);
            files.ForEach(file => context.Terminal.Print(Path.Combine(target, file)));
            context.Terminal.Say($"Fetched {files.Count} files of {id}");
            return (int)ExitCode.Success;
        });
        command.Add(directory);
        return command;
    }

    private static async Task<int> LogsAsync(CommandContext context, JobClient client, string id)
    {
        await client.FollowAsync(
            id,
            long.MaxValue,
            happened =>
            {
                if (happened.EventCase == WatchTrainingJobResponse.EventOneofCase.Log)
                {
                    var line = happened.Log;
                    context.Terminal.Print($"{line.Time.ToDateTimeOffset():yyyy-MM-ddTHH:mm:ss.fffZ} {line.Worker} {line.Level}: {line.Text}");
                }
            },
            context.Interruption.Leave);
        return (int)ExitCode.Success;
    }

    private static Command ForJob(CommandContext context, string name, string description, JobAction run)
    {
        var id = new Argument<string>("JOB") { Description = "Identifier of the job." };
        var server = CommonOptions.Server();
        var output = CommonOptions.Output();
        var command = new Command(name, description) { id, server, output };
        command.SetAction(async (parsed, _) =>
        {
            using var client = new JobClient(CommonOptions.ServerOf(parsed, server), context.Clock);
            return await run(client, parsed.GetValue(id)!, CommonOptions.FormatOf(parsed, output), parsed);
        });
        return command;
    }

    private static int Show(CommandContext context, TrainingJob job, OutputFormat format)
    {
        var text = format == OutputFormat.Json ? JobText.Json(job) : JobText.Table([job], context.Clock.GetUtcNow());
        context.Terminal.Print(text.TrimEnd());
        return (int)ExitCode.Success;
    }
}
