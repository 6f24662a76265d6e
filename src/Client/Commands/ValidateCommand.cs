using System.CommandLine;
using LightlyCluster.Client.JobFiles;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly validate</c>: checks a job without running it.</summary>
internal static class ValidateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var flags = new SpecificationFlags();
        var command = new Command("validate", "Checks a job file and shows it with every default.");
        flags.AddTo(command);
        command.SetAction(parsed =>
        {
            var (builder, name) = flags.Read(parsed, null);
            context.Terminal.Print(JobFileWriter.Write(name.Length > 0 ? name : "job", builder.Build()));
            context.Terminal.Say("The job can run; start it with `lightly train FILE --out DIR` or `lightly submit FILE`.");
        });
        return command;
    }
}
