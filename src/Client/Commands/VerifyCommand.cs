using System.CommandLine;
using System.Text.RegularExpressions;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly verify</c>: repeats the last steps of a run from a checkpoint and compares the hashes.</summary>
internal sealed partial class VerifyCommand
{
    private readonly CommandContext _context;
    private readonly Argument<string> _run = new("DIR") { Description = "Output folder of the run." };
    private readonly Option<int?> _workers = new("--workers") { Description = "Worker processes; any number gives the same hashes." };
    private readonly Option<bool> _fromStart = new("--from-start") { Description = "Repeat the whole run." };
    private readonly Option<string?> _redis = CommonOptions.Redis();
    private readonly Option<string> _output = CommonOptions.Output();

    private VerifyCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var verify = new VerifyCommand(context);
        var command = new Command("verify", "Repeats the last steps of a run and compares the hashes.")
        {
            verify._run, verify._workers, verify._fromStart, verify._redis, verify._output,
        };
        command.SetAction((parsed, _) => verify.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var began = _context.Clock.GetTimestamp();
        var run = OutputFolder.OpenForResume(parsed.GetValue(_run)!);
        var rows = MetricsFile.Read(run.PathOf(OutputFiles.Metrics));
        if (rows.Count == 0)
        {
            throw new CommandException($"There is nothing to verify in {parsed.GetValue(_run)}: no step was committed");
        }

        var last = rows[^1].Step;
        var (first, checkpoint) = parsed.GetValue(_fromStart) ? (0, "") : FindStart(run, last);
        var (specification, name) = Read(run, checkpoint, last, parsed.GetValue(_workers));
        LocalPaths.Require(specification);
        _context.Terminal.Say($"Repeating steps {first + 1} to {last} from {(checkpoint.Length > 0 ? Path.GetFileName(checkpoint) : "the beginning")}");
        var scratch = Directory.CreateTempSubdirectory("lightly-verify-");
        try
        {
            var folder = OutputFolder.Prepare(scratch.FullName, isOverwrite: false);
            var plan = new RunPlan
            {
                Name = name,
                Specification = specification with { Checkpoint = specification.Checkpoint with { Uri = folder.Path } },
                Folder = folder,
                Workers = LocalPaths.WorkerCount(specification),
                Redis = CommonOptions.RedisOf(parsed, _redis),
                FirstStep = first,
                Began = began,
            };
            var outcome = await new TrainingRun(plan, _context.Terminal, _context.Clock, _context.Interruption).RunAsync();
            if (outcome.ExitCode != ExitCode.Success)
            {
                throw new CommandException(outcome.ExitCode, $"The repetition {outcome.Result.State.ToLowerInvariant()}: {outcome.Result.Reason}");
            }

            var repeated = MetricsFile.Read(folder.PathOf(OutputFiles.Metrics));
            var changed = ChangedFiles.Since(specification.Data.Path, File.GetLastWriteTimeUtc(run.PathOf(OutputFiles.Job)));
            return Report(RunComparison.OfSteps(rows, repeated), last - first, changed, CommonOptions.FormatOf(parsed, _output));
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    private int Report(RunComparison comparison, long steps, IReadOnlyList<string> changedFiles, OutputFormat format)
    {
        var isEqual = comparison is { FirstDifferentStep: null, FirstDifferentSamples: null, ComparedSteps: > 0 };
        if (format == OutputFormat.Json)
        {
            CommonOptions.WriteJson(_context.Terminal, new { equal = isEqual, repeatedSteps = steps, comparison.ComparedSteps, comparison.FirstDifferentStep, comparison.FirstDifferentSamples });
        }
        else
        {
            _context.Terminal.Print(comparison switch
            {
                { FirstDifferentSamples: { } step } => $"different: step {step} used other samples than the run did: "
                    + (changedFiles.Count > 0
                        ? $"changed since the run began: {string.Join(", ", changedFiles)}; restore the files, or train anew"
                        : "the images have changed; restore them, or train anew"),
                { FirstDifferentStep: { } step } => $"different: step {step} has another hash; docs/when-bits-differ.md tells the usual reasons",
                { ComparedSteps: 0 } => "not comparable: no repeated step has a hash",
                _ => $"equal: {comparison.ComparedSteps} of {steps} repeated steps have a hash, and all are the same",
            });
        }

        return (int)(isEqual ? ExitCode.Success : ExitCode.Failure);
    }

    private static (JobSpecification Specification, string Name) Read(OutputFolder run, string checkpoint, long last, int? workers)
    {
        var file = JobFileReader.Read(run.PathOf(OutputFiles.Job));
        var builder = new JobSpecificationBuilder(new TrainingJobSpec());
        builder.Apply(file.Assignments);
        var specification = builder.Build();
        var wire = JobSpecificationMapping.ToWire(specification with
        {
            Workers = specification.Workers with { Max = workers ?? specification.Workers.Max },
            Evaluate = specification.Evaluate with { Knn = false },
            Checkpoint = specification.Checkpoint with { ResumeFrom = checkpoint, StopAfterStep = last, Keep = 0 },
        });
        return (new JobSpecificationBuilder(wire).Build(), file.Name);
    }

    private static (long Step, string Path) FindStart(OutputFolder run, long last)
    {
        var folder = run.PathOf(OutputFiles.Checkpoints);
        return (Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*.safetensors") : [])
            .Select(path => (Match: StepPattern().Match(path), Path: path))
            .Where(found => found.Match.Success)
            .Select(found => (Step: long.Parse(found.Match.Groups["step"].ValueSpan), found.Path))
            .Where(found => found.Step < last)
            .OrderByDescending(found => found.Step)
            .FirstOrDefault((0, ""));
    }

    [GeneratedRegex(@"step=(?<step>\d{1,18})\.safetensors$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StepPattern();
}
