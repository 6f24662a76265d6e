using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly list</c>: the jobs of a coordinator.</summary>
internal static class ListCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var states = new Option<string[]>("--state") { Description = "Only jobs in this state; may be repeated.", HelpName = "state", AllowMultipleArgumentsPerToken = false };
        states.AcceptOnlyFromAmong([.. Enum.GetNames<JobState>().Select(name => name.ToLowerInvariant())]);
        var name = new Option<string?>("--name") { Description = "Only jobs whose name begins so.", HelpName = "text" };
        var tenant = new Option<string?>("--tenant") { Description = "Only jobs of this tenant (for admins).", HelpName = "tenant" };
        var server = new ServerFlags();
        var output = CommonOptions.Output();
        var command = new Command("list", "Lists the jobs of a coordinator.") { states, name, tenant, output };
        server.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            var filter = new ListTrainingJobsRequest { PageSize = 500, NamePrefix = parsed.GetValue(name) ?? "", Tenant = parsed.GetValue(tenant) ?? "" };
            filter.States.AddRange((parsed.GetValue(states) ?? []).Select(word => JobStateMapping.ToWire(Enum.Parse<JobState>(word, ignoreCase: true))));
            using var client = server.Open(parsed, context);
            var jobs = new List<TrainingJob>();
            await foreach (var job in client.ListAsync(filter, context.Interruption.Leave))
            {
                jobs.Add(job);
            }

            context.Terminal.Print(CommonOptions.FormatOf(parsed, output) == OutputFormat.Json
                ? JobText.Json(jobs)
                : JobText.Table(jobs, context.Clock.GetUtcNow()));
        });
        return command;
    }
}
