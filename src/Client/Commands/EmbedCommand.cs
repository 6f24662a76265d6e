using System.CommandLine;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Runs;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly embed</c>: turns images into vectors with a trained backbone, on a local fleet or on a server.</summary>
internal sealed class EmbedCommand
{
    private const string WorkSuffix = ".blocks";

    private readonly CommandContext _context;
    private readonly WeightsFlags _weights = new();
    private readonly EmbeddingFlags _flags = new();
    private readonly Option<string?> _out = new("--out") { Description = "The file: .csv, .parquet, .npy or .safetensors.", HelpName = "file" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the file." };
    private readonly Option<string?> _redis = CommonOptions.Redis();
    private readonly ServerFlags _server = new("Run on this coordinator; paths are the workers'.");
    private readonly Option<string> _output = CommonOptions.Output();

    private EmbedCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var embed = new EmbedCommand(context);
        var command = new Command("embed", "Turns images into vectors with a trained backbone.") { embed._out, embed._overwrite, embed._redis, embed._output };
        embed._weights.AddTo(command);
        embed._flags.AddTo(command);
        embed._server.AddTo(command);
        command.SetAction((parsed, _) => embed.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var path = parsed.GetValue(_out) is { Length: > 0 } given ? given : throw new CommandException("Name a file for the embeddings: --out FILE");
        var (weights, wire) = _weights.Read(parsed);
        var format = CommonOptions.FormatOf(parsed, _output);
        if (_server.IsServerGiven(parsed))
        {
            using var client = _server.Open(parsed, _context);
            var wanted = _flags.Specify(parsed, wire, weights.Path, path, "");
            return Report(await new EmbeddingRun(_context.Terminal, _context.Clock, _context.Interruption).RunOnServerAsync(wanted, client), path, format);
        }

        var full = OutputPaths.RequireFile("--out", path, parsed.GetValue(_overwrite));
        var specification = _flags.Specify(parsed, wire, weights.Path, full, full + WorkSuffix);
        var result = await RunLocallyAsync(_context, specification, CommonOptions.RedisOf(parsed, _redis));
        return Report(result, path, format);
    }

    /// <summary>Runs a specification on a fleet of this machine.</summary>
    /// <exception cref="CommandException">Data or fleet cannot be used.</exception>
    internal static Task<EmbeddingResult> RunLocallyAsync(CommandContext context, JobSpecification specification, string redis)
    {
        var full = LocalPaths.Resolve(specification, null);
        LocalPaths.Require(full);
        var workers = full.Workers.Max > 0 ? full.Workers.Max : Environment.ProcessorCount;
        return new EmbeddingRun(context.Terminal, context.Clock, context.Interruption).RunLocallyAsync(new(full, workers, redis));
    }

    /// <summary>What the shell is told.</summary>
    internal static ExitCode ExitCodeOf(CommandContext context, EmbeddingResult result) => result.State switch
    {
        nameof(JobState.Succeeded) => ExitCode.Success,
        nameof(JobState.Paused) => context.Interruption.Leave.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success,
        nameof(JobState.Cancelled) => ExitCode.JobCancelled,
        _ => result.Reason.StartsWith("Invalid", StringComparison.Ordinal) ? ExitCode.Usage : ExitCode.JobFailed,
    };

    private int Report(EmbeddingResult result, string path, OutputFormat format)
    {
        var terminal = _context.Terminal;
        if (format == OutputFormat.Json)
        {
            CommonOptions.WriteJson(terminal, result);
        }
        else if (result.State == nameof(JobState.Succeeded))
        {
            var table = new TextTable("EMBEDDINGS", path);
            table.Add("images", $"{result.Embeddings}{(result.Embeddings < result.Images ? $" ({result.Images - result.Embeddings} do not decode)" : "")}");
            table.Add("numbers each", $"{result.Dimension}");
            table.Add("speed", $"{result.ImagesPerSecond:0.#} images/s, {result.WallSeconds:0.#} s in all");
            table.Add("workers", $"{result.Workers.Select(worker => worker.Id).Distinct(StringComparer.Ordinal).Count()}, {result.Recoveries.Count} lost");
            table.Add("digest", result.Digest);
            terminal.Print($"{table}");
        }

        foreach (var file in result.BadFiles)
        {
            terminal.Say($"did not decode: {file}");
        }

        Advise(result, path);
        return (int)ExitCodeOf(_context, result);
    }

    private void Advise(EmbeddingResult result, string path)
    {
        switch (result.State)
        {
            case nameof(JobState.Succeeded):
                _context.Terminal.Say($"Next, the samples worth labelling: lightly sample {path} --count 100");
                break;
            case nameof(JobState.Paused):
                _context.Terminal.Say($"{result.Blocks} of {result.BlocksTotal} blocks are done and kept in {path}{WorkSuffix}; the same command goes on there.");
                break;
            default:
                _context.Terminal.Say($"lightly: the job {result.State.ToLowerInvariant()}: {result.Reason}");
                break;
        }
    }
}
