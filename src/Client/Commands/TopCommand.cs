using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly top</c>: jobs and workers at a glance, again and again on a terminal, once elsewhere.</summary>
internal static class TopCommand
{
    private const int RunningMaximum = 20;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var interval = new Option<double>("--interval") { Description = "Seconds between two looks, 0.5 to 3600.", HelpName = "seconds", DefaultValueFactory = _ => 2 };
        var once = new Option<bool>("--once") { Description = "Look once, also on a terminal." };
        var server = new ServerFlags();
        var output = CommonOptions.Output();
        var command = new Command("top", "Shows running and queued jobs and the workers, live.") { interval, once, output };
        server.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var seconds = parsed.GetValue(interval);
            if (seconds is not (>= 0.5 and <= 3600))
            {
                throw new CommandException($"--interval is {seconds}; allowed is 0.5 to 3600");
            }

            using var client = server.Open(parsed, context);
            var format = CommonOptions.FormatOf(parsed, output);
            if (format == OutputFormat.Json || parsed.GetValue(once) || !context.Terminal.IsOutputInteractive)
            {
                var frame = await FrameAsync(client, context.Interruption.Leave);
                context.Terminal.Print(format == OutputFormat.Json ? frame.Json() : frame.Text(context.Clock.GetUtcNow()));
                return (int)ExitCode.Success;
            }

            return await LoopAsync(context, client, TimeSpan.FromSeconds(seconds));
        });
        return command;
    }

    private static async Task<int> LoopAsync(CommandContext context, LightlyClient client, TimeSpan interval)
    {
        while (!context.Interruption.Leave.IsCancellationRequested)
        {
            try
            {
                var frame = await FrameAsync(client, context.Interruption.Leave);
                context.Terminal.Repaint($"{client.Server}  {context.Clock.GetUtcNow():HH:mm:ss}Z  every {interval.TotalSeconds:0.#} s, Ctrl-C ends\n\n{frame.Text(context.Clock.GetUtcNow())}");
                await Task.Delay(interval, context.Clock, context.Interruption.Leave);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        return (int)ExitCode.Success;
    }

    private static async Task<TopFrame> FrameAsync(LightlyClient client, CancellationToken cancellationToken)
    {
        var filter = new ListTrainingJobsRequest { PageSize = 500 };
        filter.States.AddRange([TrainingJob.Types.State.Running, TrainingJob.Types.State.Queued, TrainingJob.Types.State.Paused]);
        var jobs = new List<TopJob>();
        var running = 0;
        await foreach (var listed in client.ListAsync(filter, cancellationToken))
        {
            var isLooked = listed.State == TrainingJob.Types.State.Running && ++running <= RunningMaximum;
            jobs.Add(isLooked ? await LookAsync(client, listed.Id, cancellationToken) : new(listed, null));
        }

        return new(jobs, await client.ListWorkersAsync(cancellationToken));
    }

    private static async Task<TopJob> LookAsync(LightlyClient client, string id, CancellationToken cancellationToken)
    {
        var job = await client.GetAsync(id, cancellationToken);
        StepMetrics? last = null;
        await foreach (var step in client.MetricsAsync(id, Math.Max(1, job.Step), isFollowing: false, cancellationToken))
        {
            last = step;
        }

        return new(job, last);
    }
}
