using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly methods list</c>, <c>backbones list</c>, <c>workers list</c>: what there is, and who.</summary>
internal static class CatalogCommands
{
    /// <summary>The commands.</summary>
    public static IEnumerable<Command> Create(CommandContext context)
    {
        yield return new Command("methods", "Methods of self-supervised learning.") { Methods(context) };
        yield return new Command("backbones", "Networks that can be trained.") { Backbones(context) };
        yield return new Command("workers", "Workers that are connected to a coordinator.") { Workers(context) };
    }

    /// <summary>Shows a method with its parameters.</summary>
    /// <exception cref="CommandException">There is no such method.</exception>
    public static void DescribeMethod(Terminal terminal, string name, OutputFormat format)
    {
        var method = MethodCatalog.Find(name) ?? throw new CommandException(
            ExitCode.NotFound,
            $"There is no method '{name}'{NearestName.Hint(name, MethodCatalog.Names)}; known: {string.Join(", ", MethodCatalog.Names)}");
        if (format == OutputFormat.Json)
        {
            CommonOptions.WriteJson(terminal, method);
            return;
        }

        terminal.Print($"{method.Title} (method.name: {method.Name})");
        terminal.Print($"{method.Description}");
        terminal.Print($"Reference: {method.Reference}");
        terminal.Print($"Transforms: {method.Preset}");
        terminal.Print($"Optimizer: {method.Optimizer.Name}, learning rate {method.Optimizer.LearningRate:R} * batchSize / 256, weight decay {method.Optimizer.WeightDecay:R}");
        terminal.Print($"Losses (method.loss): {string.Join(", ", method.Losses)}");
        terminal.Print($"Regularizers (method.regularizers): {string.Join(", ", method.Regularizers)}");
        terminal.Print("");
        terminal.Print($"{Parameters(method.ParametersWith(method.Losses[0]))}");
        foreach (var loss in method.Losses.Skip(1).Select(LossCatalog.Find).OfType<LossDefinition>().Where(loss => loss.Parameters.Count > 0))
        {
            terminal.Print($"With method.loss {loss.Name}: {loss.Description}");
            terminal.Print($"{Parameters(loss.Parameters)}");
        }

        foreach (var regularizer in method.Regularizers.Select(RegularizerCatalog.Find).OfType<RegularizerDefinition>())
        {
            terminal.Print($"Regularizer {regularizer.Name}: {regularizer.Description}");
            terminal.Print($"{Parameters(regularizer.Parameters)}");
        }
    }

    private static TextTable Parameters(IReadOnlyList<ParameterDefinition> parameters)
    {
        var table = new TextTable("PARAMETER", "DEFAULT", "ALLOWED", "MEANING");
        foreach (var parameter in parameters)
        {
            table.Add(parameter.Name, DefaultOf(parameter), parameter.Allowed, parameter.Description);
        }

        return table;
    }

    private static Command Methods(CommandContext context)
    {
        var output = CommonOptions.Output();
        var command = new Command("list", "Lists the methods.") { output };
        command.SetAction(parsed =>
        {
            if (CommonOptions.FormatOf(parsed, output) == OutputFormat.Json)
            {
                CommonOptions.WriteJson(context.Terminal, MethodCatalog.All);
                return;
            }

            var table = new TextTable("NAME", "LOSSES", "TRANSFORMS", "MEANING");
            foreach (var method in MethodCatalog.All)
            {
                table.Add(method.Name, method.Losses.Count > 1 ? $"{method.Losses[0]} and {method.Losses.Count - 1} more" : method.Losses[0], method.Preset, method.Description);
            }

            context.Terminal.Print($"{table}");
            context.Terminal.Say("More about one of them: lightly describe method moco");
        });
        return command;
    }

    private static Command Backbones(CommandContext context)
    {
        var output = CommonOptions.Output();
        var command = new Command("list", "Lists the networks.") { output };
        command.SetAction(parsed =>
        {
            if (CommonOptions.FormatOf(parsed, output) == OutputFormat.Json)
            {
                CommonOptions.WriteJson(context.Terminal, BackboneCatalog.All);
                return;
            }

            var table = new TextTable("NAME", "FEATURES", "PARAMETERS", "MEANING");
            foreach (var backbone in BackboneCatalog.All)
            {
                table.Add(backbone.Name, $"{backbone.FeatureCount}", $"{backbone.ParameterCount / 1e6:0.0} million", backbone.Description);
            }

            context.Terminal.Print($"{table}");
            context.Terminal.Say($"At width 1; --width takes any number above 0, up to {BackboneCatalog.WidthMaximum:0}.");
        });
        return command;
    }

    private static Command Workers(CommandContext context)
    {
        var output = CommonOptions.Output();
        var server = new ServerFlags();
        var command = new Command("list", "Lists the workers.") { output };
        server.AddTo(command);
        command.SetAction(async (parsed, _) =>
        {
            using var client = server.Open(parsed, context);
            var workers = await client.ListWorkersAsync(context.Interruption.Leave);
            if (CommonOptions.FormatOf(parsed, output) == OutputFormat.Json)
            {
                CommonOptions.WriteJson(context.Terminal, workers.Select(worker => new
                {
                    worker.Id,
                    worker.Incarnation,
                    worker.Host,
                    worker.ProcessId,
                    worker.Device,
                    worker.NumericClass,
                    worker.JobId,
                    worker.Status,
                    worker.Message,
                }));
                return;
            }

            var table = new TextTable("ID", "STATUS", "JOB", "HOST", "PROCESS", "DEVICE", "CLASS", "MESSAGE");
            foreach (var worker in workers)
            {
                var numeric = worker.NumericClass.Length > 12 ? worker.NumericClass[..12] : worker.NumericClass;
                table.Add(worker.Id, worker.Status, worker.JobId, worker.Host, $"{worker.ProcessId}", worker.Device, numeric, worker.Message);
            }

            context.Terminal.Print($"{table}");
        });
        return command;
    }

    private static string DefaultOf(ParameterDefinition parameter) =>
        parameter.IsBoolean ? parameter.Default == 0 ? "false" : "true" : $"{parameter.Default:R}";
}
