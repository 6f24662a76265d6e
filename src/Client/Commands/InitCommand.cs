using System.CommandLine;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly init</c>: writes a commented job file to start from.</summary>
internal static class InitCommand
{
    private const string Resource = "LightlyCluster.Client.Commands.InitTemplate.yaml";

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var file = new Argument<string>("FILE") { Description = "File to write.", DefaultValueFactory = _ => "job.yaml" };
        var overwrite = new Option<bool>("--overwrite") { Description = "Replace the file where it exists." };
        var command = new Command("init", "Writes a commented job file to start from.") { file, overwrite };
        command.SetAction(parsed =>
        {
            var path = parsed.GetValue(file)!;
            if (File.Exists(path) && !parsed.GetValue(overwrite))
            {
                throw new CommandException($"{path} exists; name another file, or give --overwrite");
            }

            File.WriteAllText(path, Template());
            context.Terminal.Say($"Wrote {path}; set data.path in it, then: lightly train {path} --out run-1");
        });
        return command;
    }

    /// <summary>The text of the file.</summary>
    internal static string Template()
    {
        using var stream = typeof(InitCommand).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The program lacks its resource {Resource}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
