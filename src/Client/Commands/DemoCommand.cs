using System.CommandLine;
using LightlyCluster.Client.Demo;
using LightlyCluster.Client.Runs;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary><c>lightly demo</c>: makes images, trains on them with two workers, shows what was learned.</summary>
internal sealed class DemoCommand
{
    private const string DefaultFolder = "lightly-demo";
    private const string Images = "images";
    private const int FoldersMaximum = 1000;

    private readonly CommandContext _context;
    private readonly Option<string?> _out = new("--out") { Description = $"Folder for images and results; default {DefaultFolder}.", HelpName = "folder" };
    private readonly Option<int> _workers = new("--workers") { Description = "Worker processes.", DefaultValueFactory = _ => 2 };
    private readonly Option<int> _epochs = new("--epochs") { Description = "Epochs of training.", DefaultValueFactory = _ => 60 };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Replace the run in --out." };
    private readonly Option<string?> _redis = CommonOptions.Redis();
    private readonly Option<string> _output = CommonOptions.Output();

    private DemoCommand(CommandContext context) => _context = context;

    /// <summary>The command.</summary>
    public static Command Create(CommandContext context)
    {
        var demo = new DemoCommand(context);
        var command = new Command("demo", "Makes a small image set, trains on it with a fleet, shows what was learned.")
        {
            demo._out, demo._workers, demo._epochs, demo._overwrite, demo._redis, demo._output,
        };
        command.SetAction((parsed, _) => demo.RunAsync(parsed));
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed)
    {
        var began = _context.Clock.GetTimestamp();
        var terminal = _context.Terminal;
        var path = parsed.GetValue(_out) ?? FreeFolder();
        var specification = Specify(Path.GetFullPath(path), parsed.GetValue(_workers), parsed.GetValue(_epochs));
        var folder = OutputFolder.Prepare(path, parsed.GetValue(_overwrite));
        var count = ShapeImages.Write(folder.PathOf(Images), specification.Train.Seed);
        terminal.Say($"Made {count} images of {ShapeOutlines.Names.Count} shapes in {path}/{Images}; training sees no labels");
        var plan = new RunPlan
        {
            Name = "demo",
            Specification = specification,
            Folder = folder,
            Workers = parsed.GetValue(_workers),
            Redis = CommonOptions.RedisOf(parsed, _redis),
            Began = began,
        };
        var outcome = await new TrainingRun(plan, terminal, _context.Clock, _context.Interruption).RunAsync();
        var format = CommonOptions.FormatOf(parsed, _output);
        RunReport.Write(terminal, outcome.Result, path, outcome.ExitCode, format);
        if (outcome.ExitCode == ExitCode.Success && outcome.Result is { KnnTop1Untrained: { } before, KnnTop1: { } after })
        {
            terminal.Say($"The untrained backbone finds the right shape for {before:0.0%} of the held-out images, the trained one for {after:0.0%}.");
            terminal.Say($"Look at {path}/embeddings.png: each dot is an image, each colour a shape. {path}/loss.png shows the loss.");
            terminal.Say($"Next, your own images: lightly train --data FOLDER --method moco --out run-1");
        }

        return (int)outcome.ExitCode;
    }

    private static JobSpecification Specify(string folder, int workers, int epochs)
    {
        var wire = new TrainingJobSpec
        {
            Data = new DataSpec { Path = Path.Combine(folder, Images), ImageSize = 32 },
            Method = new MethodSpec { Name = MethodCatalog.SimClr, Parameters = { ["temperature"] = 0.2 } },
            Backbone = new BackboneSpec { Name = "resnet-9", Width = 0.25 },
            Transforms = new TransformsSpec
            {
                Preset = TransformCatalog.SimClr,
                Overrides = { ["minScale"] = 0.4, ["gaussianBlur"] = 0, ["cjStrength"] = 1, ["hfProb"] = 0 },
            },
            Train = new TrainSpec { BatchSize = 128, Epochs = epochs, Seed = 1 },
            Optimizer = new OptimizerSpec { LearningRate = 0.12 },
            Workers = new WorkersSpec { Max = workers },
            Checkpoint = new CheckpointSpec { Uri = folder, Every = 90 },
        };
        var specification = JobSpecificationMapping.FromWire(wire);
        var violations = JobSpecificationValidator.Validate(specification);
        return violations.Count == 0 ? specification : throw new CommandException(violations.Select(violation => violation.Message));
    }

    // A demonstration asks no questions: beside an earlier one, it takes the next name.
    private static string FreeFolder() => Enumerable.Range(1, FoldersMaximum)
        .Select(number => number == 1 ? DefaultFolder : $"{DefaultFolder}-{number}")
        .FirstOrDefault(name => !Directory.Exists(name) || !Directory.EnumerateFileSystemEntries(name).Any())
        ?? throw new CommandException($"There are {FoldersMaximum} folders {DefaultFolder}-N; remove them, or name one with --out");
}
