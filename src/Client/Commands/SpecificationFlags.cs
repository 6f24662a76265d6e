using System.CommandLine;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>The flags by which a command takes a specification, and how they are laid over a file.</summary>
/// <remarks>Precedence: flags and --set, then environment variables, then the file, then defaults.</remarks>
internal sealed class SpecificationFlags
{
    private const string SpecificationPrefix = "spec.";

    private readonly Argument<string?> _file = new("FILE")
    {
        Arity = ArgumentArity.ZeroOrOne,
        Description = "Job file (YAML); flags win over it.",
    };

    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Any key of the job file: --set optimizer.momentum=0.95. May be repeated.",
        HelpName = "key=value",
        AllowMultipleArgumentsPerToken = false,
    };

    private readonly SpecificationFlag[] _flags =
    [
        Flag("--data", "data.path", "Folder of images or videos, .tar file, or folder of .tar files."),
        Flag("--test-data", "evaluate.testPath", "Labelled images for evaluation; else every fifth image of a class is held out."),
        Flag("--method", "method.name", "simclr, moco, byol, dino, ...; see `lightly methods list`."),
        Flag("--backbone", "backbone.name", "resnet-9 to resnet-152, torchvision-resnet-18, vit-tiny, ...; see `lightly backbones list`."),
        Flag("--width", "backbone.width", "Multiplies the backbone's channels."),
        Flag("--image-size", "data.imageSize", "Side of the views in pixels."),
        Flag("--batch-size", "train.batchSize", "Images in one global step, over all workers."),
        Flag("--shards", "train.shards", "Virtual shards of the batch; the result depends on them, but not on workers."),
        Flag("--memory-bank-size", "method.memoryBankSize", "Keys that MoCo or NNCLR remembers."),
        Flag("--temperature", "method.temperature", "Temperature of the loss."),
        Flag("--steps", "train.steps", "Horizon in steps, counted from 0."),
        Flag("--epochs", "train.epochs", "Horizon in epochs."),
        Flag("--learning-rate", "optimizer.learningRate", "Highest learning rate; by default it grows with the batch size, 0.06 * batch size / 256 for most methods."),
        Flag("--seed", "train.seed", "Everything random is a function of it."),
        Flag("--workers", "workers.max", "Worker processes."),
        Flag("--stop-after-step", "checkpoint.stopAfterStep", "Checkpoint and pause after this step."),
    ];

    /// <summary>Adds file, flags and --set to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_file);
        foreach (var flag in _flags)
        {
            command.Add(flag.Option);
        }

        command.Add(_set);
    }

    /// <summary>Reads what the command line says, over a starting specification.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="start">What lies below everything; null: nothing.</param>
    /// <returns>The builder, and the name of the job.</returns>
    /// <exception cref="CommandException">The file or a flag cannot be used.</exception>
    public (JobSpecificationBuilder Builder, string Name) Read(ParseResult parsed, TrainingJobSpec? start)
    {
        var builder = new JobSpecificationBuilder(start ?? new TrainingJobSpec());
        var name = "";
        if (parsed.GetValue(_file) is { } path)
        {
            var file = JobFileReader.Read(path);
            name = file.Name.Length > 0 ? file.Name : System.IO.Path.GetFileNameWithoutExtension(path);
            builder.Apply(file.Assignments);
        }

        builder.Apply(ReadEnvironment());
        builder.Apply([.. ReadFlags(parsed), .. ReadSets(parsed)]);
        return (builder, name);
    }

    private static SpecificationFlag Flag(string name, string path, string description) =>
        new(path, new Option<string>(name) { Description = description, HelpName = JobKeys.Find(path)!.Kind == JobKeyKind.Text ? "word" : "number" });

    private IEnumerable<JobAssignment> ReadEnvironment()
    {
        foreach (var flag in _flags)
        {
            if (Environment.GetEnvironmentVariable(flag.Variable) is { Length: > 0 } value)
            {
                yield return Assign(flag.Path, value, flag.Variable);
            }
        }
    }

    private IEnumerable<JobAssignment> ReadFlags(ParseResult parsed)
    {
        foreach (var flag in _flags)
        {
            if (parsed.GetResult(flag.Option) is { Implicit: false } && parsed.GetValue(flag.Option) is { } value)
            {
                yield return Assign(flag.Path, value, flag.Option.Name);
            }
        }
    }

    private IEnumerable<JobAssignment> ReadSets(ParseResult parsed)
    {
        foreach (var text in parsed.GetValue(_set) ?? [])
        {
            var separator = text.IndexOf('=', StringComparison.Ordinal);
            if (separator < 1)
            {
                throw new CommandException($"--set {text}: write key=value, for example --set optimizer.momentum=0.95");
            }

            var path = text[..separator];
            var plain = path.StartsWith(SpecificationPrefix, StringComparison.Ordinal) ? path[SpecificationPrefix.Length..] : path;
            var assignment = Assign(plain, text[(separator + 1)..], "--set");
            var parts = assignment.Key.Kind == JobKeyKind.NumberList
                ? NumberListText.TrySplit(assignment.Key, assignment.Text, assignment.Position)
                    ?? throw new CommandException($"--set {text}: {plain} must be {assignment.Key.Expected}")
                : [assignment];
            foreach (var part in parts)
            {
                yield return part;
            }
        }
    }

    private static JobAssignment Assign(string path, string value, string source)
    {
        var key = JobKeys.Root;
        foreach (var name in path.Split('.'))
        {
            var owner = key.Path.Length == 0 ? "spec" : key.Path;
            key = key.Find(name) ?? throw new CommandException(
                $"{source} {path}={value}: unknown key '{name}' in {owner}{NearestName.Hint(name, key.ProperNames)}; known: {string.Join(", ", key.ProperNames)}");
        }

        if (key.Kind == JobKeyKind.Section)
        {
            key = key.Shorthand ?? throw new CommandException($"{source} {path}: {path} holds keys ({string.Join(", ", key.ProperNames)}); name one of them");
        }

        return new JobAssignment(key, value, IsQuoted: false, new SourcePosition(source, 0, 0));
    }
}
