using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly train</c>: runs one job to its end, on a local fleet or on a server.</summary>
internal sealed class TrainCommand
{
    private readonly CommandContext _context;
    private readonly SpecificationFlags _specification = new();
    private readonly Option<string?> _out = new("--out") { Description = "Folder for the results.", HelpName = "folder" };
    private readonly Option<bool> _resume = new("--resume") { Description = "Continue the run in --out from its last checkpoint." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the run in --out." };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the resolved job and what it needs; run nothing." };
    private readonly Option<string?> _redis = CommonOptions.Redis();
    private readonly ServerFlags _server = new("Submit to this coordinator and follow; paths are the workers'.");
    private readonly Option<string> _output = CommonOptions.Output();

    private TrainCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var train = new TrainCommand(context);
        var command = new Command("train", "Trains a backbone on images without labels.")
        {
            train._out, train._resume, train._overwrite, train._dryRun, train._redis, train._output,
        };
        train._specification.AddTo(command);
        train._server.AddTo(command);
        command.SetAction((parsed, _) => train.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var began = _context.Clock.GetTimestamp();
        if (_server.IsServerGiven(parsed))
        {
            return await RunOnServerAsync(parsed);
        }

        var point = parsed.GetValue(_resume) ? ResumePoint.Find(RequireOut(parsed)) : null;
        if (point is not null && parsed.GetValue(_overwrite))
        {
            throw new CommandException("--resume continues a run and --overwrite replaces it; give one of them");
        }

        var (builder, fileName) = _specification.Read(parsed, point?.Specification);
        var specification = LocalPaths.Resolve(builder.Build(), point);
        if (parsed.GetValue(_dryRun))
        {
            return DryRun.Show(_context.Terminal, NameOf(fileName, specification), specification);
        }

        var path = RequireOut(parsed);
        LocalPaths.Require(specification);
        if (point is { IsFinished: true })
        {
            return Report(point.ReadResult(), path, ExitCode.Success, CommonOptions.FormatOf(parsed, _output));
        }

        var folder = point is null ? OutputFolder.Prepare(path, parsed.GetValue(_overwrite)) : OutputFolder.OpenForResume(path);
        var plan = new RunPlan
        {
            Name = point?.Name ?? NameOf(fileName, specification),
            Specification = specification with { Checkpoint = specification.Checkpoint with { Uri = folder.Path } },
            Folder = folder,
            Workers = LocalPaths.WorkerCount(specification),
            Redis = CommonOptions.RedisOf(parsed, _redis),
            FirstStep = point?.Step ?? 0,
            Began = began,
            IsResume = point is not null,
        };
        var outcome = await new TrainingRun(plan, _context.Terminal, _context.Clock, _context.Interruption).RunAsync();
        return Report(outcome.Result, path, outcome.ExitCode, CommonOptions.FormatOf(parsed, _output));
    }

    private async Task<int> RunOnServerAsync(ParseResult parsed)
    {
        if (parsed.GetValue(_resume) || parsed.GetValue(_overwrite) || parsed.GetValue(_redis) is not null)
        {
            throw new CommandException("--resume, --overwrite and --redis belong to a local fleet; with --server, set checkpoint.resumeFrom instead");
        }

        var (builder, fileName) = _specification.Read(parsed, null);
        var specification = builder.Build();
        if (parsed.GetValue(_out) is { } path)
        {
            specification = specification with { Checkpoint = specification.Checkpoint with { Uri = path } };
        }

        using var client = _server.Open(parsed, _context);
        return await SubmitCommand.RunAsync(
            _context, client, NameOf(fileName, specification), JobSpecificationMapping.ToWire(specification), isFollow: true,
            CommonOptions.FormatOf(parsed, _output));
    }

    private string RequireOut(ParseResult parsed) => parsed.GetValue(_out) is { Length: > 0 } path
        ? path
        : throw new CommandException("Name a folder for the results: --out DIR");

    private int Report(RunResult result, string path, ExitCode exitCode, OutputFormat format)
    {
        RunReport.Write(_context.Terminal, result, path, exitCode, format);
        return (int)exitCode;
    }

    private static string NameOf(string fileName, JobSpecification specification) =>
        fileName.Length > 0 ? fileName : $"{specification.Method.Name}-{specification.Backbone.Name}";
}
