using System.CommandLine;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly compare</c>: the first step and the first tensor in which two runs differ.</summary>
internal static class CompareCommand
{
    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var first = new Argument<string>("RUN_A") { Description = "Output folder of a run." };
        var second = new Argument<string>("RUN_B") { Description = "Output folder of another run." };
        var output = CommonOptions.Output();
        var command = new Command("compare", "Finds the first step and the first tensor in which two runs differ.") { first, second, output };
        command.SetAction(parsed => Run(
            context.Terminal, parsed.GetValue(first)!, parsed.GetValue(second)!, CommonOptions.FormatOf(parsed, output)));
        return command;
    }

    private static int Run(Terminal terminal, string first, string second, OutputFormat format)
    {
        var (firstRows, secondRows) = (ReadRows(first), ReadRows(second));
        var steps = RunComparison.OfSteps(firstRows, secondRows);
        var (firstLast, secondLast) = (firstRows[^1].Step, secondRows[^1].Step);
        var tensor = TensorDifference(first, second);
        var settings = SettingDifferences(first, second);
        var isEqual = steps is { ComparedSteps: > 0, FirstDifferentStep: null } && firstLast == secondLast && tensor is null;
        if (format == OutputFormat.Json)
        {
            CommonOptions.WriteJson(terminal, new
            {
                equal = isEqual,
                steps.ComparedSteps,
                steps.FirstDifferentStep,
                steps.FirstDifferentSamples,
                stepsA = firstLast,
                stepsB = secondLast,
                firstDifferentTensor = tensor,
                differentSettings = settings,
            });
        }
        else
        {
            var table = new TextTable("COMPARED", isEqual ? "equal, bit for bit" : "different");
            table.Add("steps", firstLast == secondLast ? $"{firstLast} in both" : $"{firstLast} and {secondLast}");
            table.Add("hashes", $"{steps.ComparedSteps} compared, {(steps.FirstDifferentStep is { } step ? $"the first that differs is of step {step}" : "all equal")}");
            table.Add("samples", steps.FirstDifferentSamples is { } other ? $"the first step that used others is {other}" : "none known to differ");
            table.Add("last checkpoints", tensor ?? "every tensor equal");
            table.Add("settings", settings.Count > 0 ? string.Join("; ", settings) : "equal");
            terminal.Print($"{table}");
        }

        return (int)(isEqual ? ExitCode.Success : ExitCode.Failure);
    }

    private static IReadOnlyList<MetricsRow> ReadRows(string path)
    {
        var rows = MetricsFile.Read(Path.Combine(path, OutputFiles.Metrics));
        return rows.Count > 0 ? rows : throw new CommandException($"{path} holds no run: there is no step in its {OutputFiles.Metrics}");
    }

    private static string? TensorDifference(string first, string second)
    {
        var (firstPath, secondPath) = (Path.Combine(first, OutputFiles.LastCheckpoint), Path.Combine(second, OutputFiles.LastCheckpoint));
        return (File.Exists(firstPath), File.Exists(secondPath)) switch
        {
            (true, true) => CheckpointComparison.FirstDifference(firstPath, secondPath),
            (false, false) => "neither run has one",
            _ => $"only one run has one ({(File.Exists(firstPath) ? firstPath : secondPath)})",
        };
    }

    // Settings that are meant to change nothing are not told.
    private static List<string> SettingDifferences(string first, string second)
    {
        var others = Values(second);
        return [.. Values(first)
            .Where(pair => !pair.Key.StartsWith("workers.", StringComparison.Ordinal) && !pair.Key.StartsWith("checkpoint.", StringComparison.Ordinal))
            .Where(pair => others.GetValueOrDefault(pair.Key) != pair.Value)
            .Select(pair => $"{pair.Key} is {pair.Value} and {others.GetValueOrDefault(pair.Key, "not set")}")];
    }

    private static Dictionary<string, string> Values(string run)
    {
        var path = Path.Combine(run, OutputFiles.Job);
        if (!File.Exists(path))
        {
            return [];
        }

        var builder = new JobSpecificationBuilder(new TrainingJobSpec());
        builder.Apply(JobFileReader.Read(path).Assignments);
        return JobFileWriter.Values(builder.Build()).ToDictionary(pair => pair.Path, pair => pair.Value, StringComparer.Ordinal);
    }
}
