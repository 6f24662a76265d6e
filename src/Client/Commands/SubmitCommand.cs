using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly submit</c>: hands a job to a coordinator.</summary>
internal static class SubmitCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var flags = new SpecificationFlags();
        var server = new ServerFlags();
        var output = CommonOptions.Output();
        var follow = new Option<bool>("--follow", "-f") { Description = "Show progress until the job has ended." };
        var command = new Command("submit", "Hands a job to a coordinator; paths are the workers'.") { follow, output };
        flags.AddTo(command);
        server.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var (builder, name) = flags.Read(parsed, null);
            var specification = builder.Build();
            using var client = server.Open(parsed, context);
            return await RunAsync(
                context,
                client,
                name.Length > 0 ? name : $"{specification.Method.Name}-{specification.Backbone.Name}",
                JobSpecificationMapping.ToWire(specification),
                parsed.GetValue(follow),
                CommonOptions.FormatOf(parsed, output));
        });
        return command;
    }

    /// <summary>Submits a job, and follows it to its end where that is wished.</summary>
    /// <returns>The exit code: of the submission, or of the job.</returns>
    public static async Task<int> RunAsync(
        CommandContext context,
        LightlyClient client,
        string name,
        TrainingJobSpec specification,
        bool isFollow,
        OutputFormat format)
    {
        var began = context.Clock.GetTimestamp();
        var job = await CreateAsync(client, name, specification, context.Interruption.Leave);
        if (isFollow)
        {
            context.Terminal.Say($"Submitted {job.Id}; Ctrl-C leaves it running");
            return await JobFollower.FollowAsync(context, client, job.Id, began, format);
        }

        if (format == OutputFormat.Json)
        {
            context.Terminal.Print(JobText.Json(job));
        }
        else
        {
            context.Terminal.Print(job.Id);
        }

        context.Terminal.Say($"Follow it with: lightly watch {job.Id}");
        return (int)ExitCode.Success;
    }

    /// <summary>Sends a job within a span: the root of the submit's trace, which the coordinator goes on with.</summary>
    private static async Task<TrainingJob> CreateAsync(
        LightlyClient client, string name, TrainingJobSpec specification, CancellationToken cancellationToken)
    {
        using var telemetry = CommandTelemetry.Start();
        using var span = LightlyActivities.Client.StartActivity(TelemetrySpans.Submit.Name);
        var job = await client.CreateAsync(name, specification, cancellationToken);
        span?.SetTag(TelemetryAttributes.JobId, job.Id);
        return job;
    }
}
