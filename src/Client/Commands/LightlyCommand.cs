using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.Connections;

namespace LightlyCluster.Client.Commands;

/// <summary>The <c>lightly</c> command: reads the command line, runs a command, turns every error into one clear message.</summary>
internal static class LightlyCommand
{
    /// <summary>Runs a command line.</summary>
    /// <returns>What the shell is told; see <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] arguments, CommandContext context)
    {
        try
        {
            var parsed = Create(context).Parse(arguments);
            var isAnsweredByParser = parsed.Action is ExampleHelp or HelpAction || parsed.Action?.GetType().Name is "VersionOptionAction" or "SuggestDirectiveAction";
            if (!isAnsweredByParser && Describe(parsed) is { } error)
            {
                return Fail(context.Terminal, ExitCode.Usage, error);
            }

            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
                Output = context.Terminal.Output,
                Error = context.Terminal.Error,
            });
        }
        catch (CommandException exception)
        {
            return Fail(context.Terminal, exception.ExitCode, exception.Message);
        }
        catch (CoordinatorException exception)
        {
            var translated = CoordinatorErrors.Translate(exception);
            return Fail(context.Terminal, translated.ExitCode, translated.Message);
        }
        catch (OperationCanceledException) when (context.Interruption.Leave.IsCancellationRequested)
        {
            return (int)ExitCode.Interrupted;
        }
        catch (UnauthorizedAccessException exception)
        {
            return Fail(context.Terminal, ExitCode.Permission, exception.Message);
        }
        catch (IOException exception)
        {
            return Fail(context.Terminal, ExitCode.Failure, exception.Message);
        }
    }

    /// <summary>The tree of commands.</summary>
    internal static RootCommand Create(CommandContext context)
    {
        var root = new RootCommand("Self-supervised learning of image representations on a fleet of workers.")
        {
            DemoCommand.Create(context),
            TrainCommand.Create(context),
            UpCommand.Create(context),
            ValidateCommand.Create(context),
            InitCommand.Create(context),
            SchemaCommand.Create(context),
            VerifyCommand.Create(context),
            CompareCommand.Create(context),
            SubmitCommand.Create(context),
            EmbedCommand.Create(context),
            EvaluateCommand.Create(context),
            SampleCommand.Create(context),
            ExportCommand.Create(context),
            PreviewCommand.Create(context),
            ReportCommand.Create(context),
            IndexCommand.Create(context),
            FramesCommand.Create(context),
            TopCommand.Create(context),
            TokenCommand.Create(context),
            CompletionCommand.Create(context),
        };
        foreach (var command in JobCommands.Create(context).Concat(CatalogCommands.Create(context)))
        {
            root.Add(command);
        }

        root.Add(VersionCommand.Create(context));
        ExampleHelp.ApplyTo(root);
        root.SetAction(_ => new HelpAction().Invoke(root.Parse(["--help"])));
        return root;
    }

    // A misspelt option is taken for the value of an argument where the command has one.
    private static string? Describe(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = command is RootCommand ? "lightly" : $"lightly {ExampleHelp.PathOf(command)}";
        var option = parsed.Tokens.FirstOrDefault(token => token.Type == TokenType.Argument && token.Value.StartsWith("--", StringComparison.Ordinal))?.Value;
        if (option is not null)
        {
            return $"Unknown option '{option}'{NearestName.Hint(option, command.Options.Select(known => known.Name))}; see `{path} --help`";
        }

        if (parsed.Errors.Count == 0)
        {
            return null;
        }

        if (parsed.UnmatchedTokens.Count == 0)
        {
            return $"{OneLine(parsed.Errors[0].Message)}; see `{path} --help`";
        }

        var unknown = parsed.UnmatchedTokens[0];
        return command.Subcommands.Count > 0
            ? $"Unknown command '{unknown}'{NearestName.Hint(unknown, command.Subcommands.Select(known => known.Name))}; see `{path} --help`"
            : $"Unknown argument '{unknown}'; see `{path} --help`";
    }

    // The parser writes what is allowed on lines of their own.
    private static string OneLine(string message) =>
        message.Replace(":\n\t", ": ", StringComparison.Ordinal).Replace("\n\t", ", ", StringComparison.Ordinal).TrimEnd('.', '\n');

    private static int Fail(Terminal terminal, ExitCode exitCode, string message)
    {
        foreach (var line in message.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            terminal.Error.WriteLine($"lightly: {line}");
        }

        return (int)exitCode;
    }
}
