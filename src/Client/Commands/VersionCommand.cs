using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using LightlyCluster.Client.Rendering;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly version</c>: what runs here.</summary>
internal static class VersionCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var output = CommonOptions.Output();
        var command = new Command("version", "Shows the version of the program.") { output };
        command.SetAction(parsed =>
        {
            var version = typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
            if (CommonOptions.FormatOf(parsed, output) == OutputFormat.Json)
            {
                CommonOptions.WriteJson(context.Terminal, new { version, runtime = RuntimeInformation.FrameworkDescription });
            }
            else
            {
                context.Terminal.Print($"lightly {version} ({RuntimeInformation.FrameworkDescription})");
            }
        });
        return command;
    }
}
