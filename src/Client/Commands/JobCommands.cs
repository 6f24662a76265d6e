using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>Commands about jobs of a server: get, list, describe, watch, wait, logs, cancel, pause, resume, delete, download.</summary>
internal static class JobCommands
{
    private delegate Task<int> JobAction(LightlyClient client, string id, OutputFormat format, ParseResult parsed);

    private delegate Task<TrainingJob> JobChange(LightlyClient client, string id, string etag, CancellationToken cancellationToken);

    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Create(CommandContext context)
    {
        yield return ForJob(context, "get", "Shows a job as a line.", async (client, id, format, _) =>
            Show(context, await client.GetAsync(id, context.Interruption.Leave), format));
        yield return ListCommand.Create(context);
        yield return Describe(context);
        yield return ForJob(context, "watch", "Follows a job to its end; Ctrl-C leaves it running.", (client, id, format, _) =>
            JobFollower.FollowAsync(context, client, id, context.Clock.GetTimestamp(), format));
        yield return Wait(context);
        yield return Logs(context);
        yield return Change(context, "cancel", "Ends a job; its committed steps stay.", (client, id, etag, stop) => client.CancelAsync(id, "", stop, etag));
        yield return Change(context, "pause", "Checkpoints and pauses a job.", (client, id, etag, stop) => client.PauseAsync(id, stop, etag));
        yield return Change(context, "resume", "Lets a paused job run again.", (client, id, etag, stop) => client.ResumeAsync(id, stop, etag));
        yield return Delete(context);
        yield return Download(context);
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

    private static Command Logs(CommandContext context)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the job has ended or paused." };
        var command = ForJob(context, "logs", "Shows the log of a job: what it holds now.", async (client, id, format, parsed) =>
        {
            await foreach (var line in client.LogsAsync(id, 1, parsed.GetValue(follow), context.Interruption.Leave))
            {
                context.Terminal.Print(format == OutputFormat.Json ? JobText.Json(line) : JobText.Line(line));
            }

            return (int)ExitCode.Success;
        });
        command.Add(follow);
        return command;
    }

    private static Command Change(CommandContext context, string name, string description, JobChange change)
    {
        var etag = Etag();
        var command = ForJob(context, name, description, async (client, id, format, parsed) =>
            Show(context, await change(client, id, parsed.GetValue(etag) ?? "", context.Interruption.Leave), format));
        command.Add(etag);
        return command;
    }

    private static Command Delete(CommandContext context)
    {
        var etag = Etag();
        var command = ForJob(context, "delete", "Removes the record of a job that has ended.", async (client, id, _, parsed) =>
        {
            await client.DeleteAsync(id, context.Interruption.Leave, parsed.GetValue(etag) ?? "");
            context.Terminal.Say($"Deleted {id}; its files stay where they are");
            return (int)ExitCode.Success;
        });
        command.Add(etag);
        return command;
    }

    private static Option<string?> Etag() => new("--etag") { Description = "Only where the job still has this etag (see get -o json).", HelpName = "etag" };

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

    private static Command ForJob(CommandContext context, string name, string description, JobAction run)
    {
        var id = new Argument<string>("JOB") { Description = "Identifier of the job." };
        var server = new ServerFlags();
        var output = CommonOptions.Output();
        var command = new Command(name, description) { id, output };
        server.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var client = server.Open(parsed, context);
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
