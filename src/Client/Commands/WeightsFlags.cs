using System.CommandLine;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Runs;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>The flags by which a command takes trained weights and what they belong to.</summary>
internal sealed class WeightsFlags
{
    private readonly Option<string?> _checkpoint = new("--checkpoint", "-c")
    {
        Description = "Output folder of a run, a checkpoint, an exported model, or pretrained weights (.safetensors, .pt).",
        HelpName = "path",
    };

    private readonly Option<string?> _data = new("--data") { Description = "Folder of images or .tar; default: the run's own.", HelpName = "path" };
    private readonly Option<string?> _backbone = new("--backbone") { Description = "For weights that do not say it.", HelpName = "word" };
    private readonly Option<string?> _width = new("--width") { Description = "For weights that do not say it.", HelpName = "number" };
    private readonly Option<string?> _imageSize = new("--image-size") { Description = "Side of the images in pixels; default: as trained.", HelpName = "number" };
    private readonly Option<string[]> _set = new("--set") { Description = "Any key of the job file, for example --set backbone.stem=large.", HelpName = "key=value" };

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_checkpoint);
        command.Add(_data);
        command.Add(_backbone);
        command.Add(_width);
        command.Add(_imageSize);
        command.Add(_set);
    }

    /// <summary>Whether a checkpoint is named.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_checkpoint) is not null;

    /// <summary>Reads the flags over what the weights say themselves.</summary>
    /// <returns>Where the weights are, and the specification of data and backbone.</returns>
    /// <exception cref="CommandException">Something is missing or cannot be used.</exception>
    public (WeightsSource Weights, TrainingJobSpec Specification) Read(ParseResult parsed)
    {
        var weights = WeightsSource.Find(parsed.GetValue(_checkpoint)
            ?? throw new CommandException("Name the trained weights: --checkpoint RUN (the output folder of lightly train) or a file"));
        var specification = weights.Specification.Clone();
        var assignments = new List<JobAssignment>();
        Assign(assignments, "data.path", "--data", parsed.GetValue(_data));
        Assign(assignments, "backbone.name", "--backbone", parsed.GetValue(_backbone));
        Assign(assignments, "backbone.width", "--width", parsed.GetValue(_width));
        Assign(assignments, "data.imageSize", "--image-size", parsed.GetValue(_imageSize));
        foreach (var text in parsed.GetValue(_set) ?? [])
        {
            var separator = text.IndexOf('=', StringComparison.Ordinal);
            var key = separator > 0 ? text[..separator] : throw new CommandException($"--set {text}: write key=value");
            Assign(assignments, key, "--set", text[(separator + 1)..]);
        }

        foreach (var assignment in assignments)
        {
            JobValue.Apply(JobValue.Check(assignment) is { } error ? throw new CommandException($"{assignment.Position}: {error}") : assignment, specification);
        }

        return specification.Backbone is { Name.Length: > 0 }
            ? (weights, specification)
            : throw new CommandException(
                $"{parsed.GetValue(_checkpoint)} does not say which backbone it belongs to; name it: --backbone resnet-18 (and --width, --image-size)");
    }

    private static void Assign(List<JobAssignment> assignments, string path, string source, string? value)
    {
        if (value is not null)
        {
            var key = JobKeys.Find(path) is { Kind: not JobKeyKind.Section } found
                ? found
                : throw new CommandException($"{source} {path}: there is no such key; lightly init writes a file with all of them");
            assignments.Add(new JobAssignment(key, value, IsQuoted: false, new SourcePosition(source, 0, 0)));
        }
    }
}
