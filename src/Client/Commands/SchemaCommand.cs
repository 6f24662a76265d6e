using System.CommandLine;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Runs;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly schema</c>: the JSON Schema of job files, for editors.</summary>
internal static class SchemaCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var command = new Command("schema", "Writes the JSON Schema of job files, by which editors complete and check them.");
        command.SetAction(_ => context.Terminal.Print(JobSchema.Create().ToJsonString(RunJson.Indented)));
        return command;
    }
}
