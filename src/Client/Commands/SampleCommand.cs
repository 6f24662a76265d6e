using System.CommandLine;
using System.Globalization;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly sample</c>: chooses the samples that are worth labelling.</summary>
internal sealed class SampleCommand
{
    private const string DefaultOut = "sampled_filenames.txt";
    private static readonly string[] Methods = ["coreset", "weighted", "random"];

    private readonly CommandContext _context;
    private readonly Argument<string> _embeddings = new("EMBEDDINGS") { Description = "File of embeddings (.csv, .parquet, .npy, .safetensors), as lightly embed writes it." };
    private readonly Option<string?> _count = new("--count") { Description = "How many, preselected ones included: a number, or a fraction such as 0.1.", HelpName = "number" };
    private readonly Option<double> _distance = new("--min-distance") { Description = "Stop when the next sample is nearer to a chosen one; 0 to 2.", HelpName = "number" };
    private readonly Option<string> _method = new("--method") { Description = "coreset, weighted (coreset times --scores) or random.", HelpName = "word", DefaultValueFactory = _ => "coreset" };
    private readonly Option<string?> _scores = new("--scores") { Description = "File of name,score for --method weighted.", HelpName = "file" };
    private readonly Option<string?> _preselected = new("--preselected") { Description = "File of names that are chosen already, one a line.", HelpName = "file" };
    private readonly Option<bool> _newOnly = new("--new-only") { Description = "Leave preselected names out of the list." };
    private readonly Option<bool> _keepDuplicates = new("--keep-duplicates") { Description = "Let equal embeddings be chosen more than once." };
    private readonly Option<bool> _raw = new("--raw") { Description = "Do not scale embeddings to length 1." };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the first sample and of random choice.", HelpName = "number", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _out = new("--out") { Description = "The list, one name a line.", HelpName = "file", DefaultValueFactory = _ => DefaultOut };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the list." };
    private readonly Option<string> _output = CommonOptions.Output();

    private SampleCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var sample = new SampleCommand(context);
        var command = new Command("sample", "Chooses the samples that are worth labelling.")
        {
            sample._embeddings, sample._count, sample._distance, sample._method, sample._scores, sample._preselected, sample._newOnly,
            sample._keepDuplicates, sample._raw, sample._seed, sample._out, sample._overwrite, sample._output,
        };
        command.SetAction((parsed, _) => sample.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var request = Read(parsed);
        var found = await new TaskProcess(_context.Terminal, _context.Clock, _context.Interruption)
            .RunAsync<SampleRequest, SampleResponse>(SampleRequest.Task, request);
        if (CommonOptions.FormatOf(parsed, _output) == OutputFormat.Json)
        {
            CommonOptions.WriteJson(_context.Terminal, found);
        }
        else
        {
            var table = new TextTable("SAMPLES", parsed.GetValue(_out)!);
            table.Add("chosen", $"{found.Chosen} of {found.Samples}{(found.Preselected > 0 ? $", {found.Preselected} of them preselected" : "")}");
            table.Add("method", $"{found.Method}, stopped by {found.StoppedBy}");
            table.Add("duplicates", $"{found.Duplicates}");
            table.Add("coverage radius", $"{found.CoverageRadius:0.0000} (mean distance {found.MeanDistance:0.0000})");
            table.Add("time", $"{found.Seconds:0.###} s");
            _context.Terminal.Print($"{table}");
        }

        _context.Terminal.Say($"The distance of each sample is in {found.Report}");
        return (int)ExitCode.Success;
    }

    private SampleRequest Read(ParseResult parsed)
    {
        var method = parsed.GetValue(_method)!;
        if (!Methods.Contains(method, StringComparer.Ordinal))
        {
            throw new CommandException($"--method is '{method}'{NearestName(method)}; allowed are {string.Join(", ", Methods)}");
        }

        if (method == "weighted" != (parsed.GetValue(_scores) is not null))
        {
            throw new CommandException("--method weighted and --scores FILE belong together; give both or neither");
        }

        var path = OutputPaths.RequireFile("--out", parsed.GetValue(_out)!, parsed.GetValue(_overwrite));
        var (count, fraction) = ReadCount(parsed.GetValue(_count));
        if (count is null && fraction is null && parsed.GetValue(_distance) <= 0)
        {
            throw new CommandException("Say how many: --count NUMBER, --count FRACTION (such as 0.1), or --min-distance NUMBER");
        }

        return new SampleRequest
        {
            Embeddings = FullPath(parsed.GetValue(_embeddings)!),
            Out = path,
            Report = Path.ChangeExtension(path, ".report.json"),
            Method = method,
            Count = count,
            Fraction = fraction,
            MinimumDistance = parsed.GetValue(_distance),
            IsNormalized = !parsed.GetValue(_raw),
            IsDroppingDuplicates = !parsed.GetValue(_keepDuplicates),
            Seed = parsed.GetValue(_seed),
            Preselected = FullPath(parsed.GetValue(_preselected)),
            IsNewOnly = parsed.GetValue(_newOnly),
            Scores = FullPath(parsed.GetValue(_scores)),
            Threads = Environment.ProcessorCount,
        };
    }

    /// <summary>A whole number is a count; with a decimal point it is a part of all.</summary>
    private static (int? Count, double? Fraction) ReadCount(string? text)
    {
        if (text is null)
        {
            return (null, null);
        }

        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && count >= 1)
        {
            return (count, null);
        }

        return text.Contains('.', StringComparison.Ordinal)
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var fraction) && fraction is > 0 and <= 1
            ? (null, fraction)
            : throw new CommandException($"--count is '{text}'; write a whole number from 1, or a fraction above 0 up to 1.0");
    }

    private static string NearestName(string method) => Fleet.Jobs.NearestName.Hint(method, Methods);

    private static string FullPath(string? path)
    {
        if (path is null)
        {
            return "";
        }

        return File.Exists(path) ? Path.GetFullPath(path) : throw new CommandException($"There is no file {path}");
    }
}
