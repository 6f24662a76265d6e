using System.CommandLine;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly evaluate knn|linear</c>: how well classes can be told apart by embeddings.</summary>
internal sealed class EvaluateCommand
{
    private readonly CommandContext _context;
    private readonly string _kind;
    private readonly WeightsFlags _weights = new();
    private readonly EmbeddingFlags _flags = new();
    private readonly Argument<string?> _embeddings = new("EMBEDDINGS") { Arity = ArgumentArity.ZeroOrOne, Description = "File of embeddings with labels; or give --checkpoint and --data." };
    private readonly Option<string?> _test = new("--test") { Description = "Labelled embeddings (with --checkpoint: images) to test on; else every fifth image of a class is held out.", HelpName = "path" };
    private readonly Option<int?> _k = new("--k") { Description = "Neighbours that vote; default: a tenth of the bank, at most 200.", HelpName = "number" };
    private readonly Option<double> _temperature = new("--temperature") { Description = "Temperature of the vote.", HelpName = "number", DefaultValueFactory = _ => 0.1 };
    private readonly Option<int> _epochs = new("--epochs") { Description = "Passes over the embeddings.", HelpName = "number", DefaultValueFactory = _ => 90 };
    private readonly Option<int> _batchSize = new("--batch-size") { Description = "Images of an update.", HelpName = "number", DefaultValueFactory = _ => 256 };
    private readonly Option<double> _learningRate = new("--learning-rate") { Description = "At a batch of 256; falls along a cosine.", HelpName = "number", DefaultValueFactory = _ => 0.1 };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Seed of the order of images.", HelpName = "number" };
    private readonly Option<string> _output = CommonOptions.Output();

    private EvaluateCommand(CommandContext context, string kind) => (_context, _kind) = (context, kind);

    /// <summary>The command with its two ways.</summary>
    public static Command Create(CommandContext context) => new("evaluate", "Tells how well classes can be told apart by embeddings.")
    {
        new EvaluateCommand(context, "knn").Make("By the classes of the nearest embeddings."),
        new EvaluateCommand(context, "linear").Make("By a linear classifier on frozen, normalized embeddings."),
    };

    private Command Make(string description)
    {
        var command = new Command(_kind, description) { _embeddings, _test };
        Option[] own = _kind == "knn" ? [_k, _temperature] : [_epochs, _batchSize, _learningRate, _seed];
        Array.ForEach(own, command.Add);
        _weights.AddTo(command);
        _flags.AddTo(command);
        command.Add(_output);
        command.SetAction((parsed, _) => RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        if (parsed.GetValue(_embeddings) is { } file)
        {
            if (_weights.IsGiven(parsed))
            {
                throw new CommandException("A file of embeddings and --checkpoint are both given; keep one of them");
            }

            return await EvaluateAsync(parsed, RequireFile(file), parsed.GetValue(_test) is { } test ? RequireFile(test) : "");
        }

        if (!_weights.IsGiven(parsed))
        {
            throw new CommandException("Name a file of embeddings, or trained weights with --checkpoint (and --data)");
        }

        var folder = Directory.CreateTempSubdirectory("lightly-evaluate-");
        try
        {
            return await EvaluateWeightsAsync(parsed, folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private async Task<int> EvaluateWeightsAsync(ParseResult parsed, string folder)
    {
        var (weights, wire) = _weights.Read(parsed);
        var paths = new List<string>();
        foreach (var data in new[] { wire.Data?.Path ?? "", parsed.GetValue(_test) ?? "" })
        {
            if (data.Length == 0 && paths.Count > 0)
            {
                continue;
            }

            var path = Path.Combine(folder, $"embeddings-{paths.Count}.safetensors");
            var part = wire.Clone();
            part.Data ??= new();
            part.Data.Path = data;
            var result = await EmbedCommand.RunLocallyAsync(_context, _flags.Specify(parsed, part, weights.Path, path, path + ".blocks"), "");
            if (result.State != nameof(JobState.Succeeded))
            {
                _context.Terminal.Say($"lightly: embedding {data} {result.State.ToLowerInvariant()}: {result.Reason}");
                return (int)EmbedCommand.ExitCodeOf(_context, result);
            }

            paths.Add(path);
        }

        return await EvaluateAsync(parsed, paths[0], paths.ElementAtOrDefault(1) ?? "");
    }

    private async Task<int> EvaluateAsync(ParseResult parsed, string embeddings, string test)
    {
        var request = new EvaluateRequest
        {
            Kind = _kind,
            Embeddings = embeddings,
            Test = test,
            NeighbourCount = _kind == "knn" ? parsed.GetValue(_k) : null,
            Temperature = _kind == "knn" ? parsed.GetValue(_temperature) : 0.1,
            Epochs = _kind == "linear" ? parsed.GetValue(_epochs) : 0,
            BatchSize = _kind == "linear" ? parsed.GetValue(_batchSize) : 1,
            LearningRate = _kind == "linear" ? parsed.GetValue(_learningRate) : 0,
            Seed = _kind == "linear" ? parsed.GetValue(_seed) : 0,
        };
        Require(request);
        var found = await new TaskProcess(_context.Terminal, _context.Clock, _context.Interruption)
            .RunAsync<EvaluateRequest, EvaluateResponse>(EvaluateRequest.Task, request);
        if (CommonOptions.FormatOf(parsed, _output) == OutputFormat.Json)
        {
            CommonOptions.WriteJson(_context.Terminal, found);
            return (int)ExitCode.Success;
        }

        var table = new TextTable("EVALUATION", found.Kind);
        table.Add("top-1", $"{found.Top1:0.0%}");
        table.Add("top-5", $"{found.Top5:0.0%}");
        table.Add("how", found.NeighbourCount is { } k ? $"{k} nearest, temperature {found.Temperature:0.###}" : $"{request.Epochs} epochs, learning rate {request.LearningRate:0.###}");
        table.Add("images", $"{found.TestImages} tested{(found.IsHeldOut ? " (every fifth of a class)" : "")}, {found.BankImages} known, {found.Classes} classes");
        _context.Terminal.Print($"{table}");
        return (int)ExitCode.Success;
    }

    private static void Require(EvaluateRequest request)
    {
        if (request.NeighbourCount < 1 || !(request.Temperature > 0))
        {
            throw new CommandException($"--k is {request.NeighbourCount} and --temperature is {request.Temperature}; use at least 1, and a number above 0");
        }

        if (request.Epochs < 0 || request.BatchSize < 1 || !(request.LearningRate >= 0))
        {
            throw new CommandException(
                $"--epochs is {request.Epochs}, --batch-size {request.BatchSize}, --learning-rate {request.LearningRate}; use at least 0, 1 and 0");
        }
    }

    private static string RequireFile(string path) =>
        File.Exists(path) ? Path.GetFullPath(path) : throw new CommandException($"There is no file {path}; make one with lightly embed");
}
