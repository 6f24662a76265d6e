using System.CommandLine;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Commands;

/// <summary>The flags that say how images are embedded.</summary>
internal sealed class EmbeddingFlags
{
    private static readonly (string Format, string Extension)[] Formats =
        [("lightly-csv", ".csv"), ("csv", ".csv"), ("parquet", ".parquet"), ("npy", ".npy"), ("safetensors", ".safetensors")];

    private readonly Option<string?> _format = new("--format") { Description = "lightly-csv (default for .csv), csv, parquet, npy or safetensors.", HelpName = "word" };
    private readonly Option<string> _head = new("--head")
    {
        Description = "auto: the low-dimensional head where the backbone was trained with one; features; conv.",
        HelpName = "word",
        DefaultValueFactory = _ => JobVocabulary.Auto,
    };

    private readonly Option<int> _pca = new("--pca") { Description = "Reduce to this many principal components of all embeddings.", HelpName = "number" };
    private readonly Option<int> _blockImages = new("--block-images")
    {
        Description = "Images that go through the network at once; part of what the bits depend on.",
        HelpName = "number",
        DefaultValueFactory = _ => EmbedSpecification.DefaultBlockImages,
    };

    private readonly Option<string> _onError = new("--on-error") { Description = "fail, or skip: leave out images that do not decode.", HelpName = "word", DefaultValueFactory = _ => JobVocabulary.OnErrorFail };
    private readonly Option<int> _workers = new("--workers") { Description = "Worker processes; default: one a core.", HelpName = "number" };

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_format);
        command.Add(_head);
        command.Add(_pca);
        command.Add(_blockImages);
        command.Add(_onError);
        command.Add(_workers);
    }

    /// <summary>The specification of an embedding job.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="wire">Data and backbone.</param>
    /// <param name="weights">The file of the weights.</param>
    /// <param name="path">The file of the result.</param>
    /// <param name="folder">Where blocks are kept until all are done; empty: the coordinator chooses.</param>
    /// <exception cref="CommandException">It cannot be used; every violation is told.</exception>
    public JobSpecification Specify(ParseResult parsed, TrainingJobSpec wire, string weights, string path, string folder)
    {
        var format = parsed.GetValue(_format) ?? "";
        RequireFormat(format, path);
        var blockImages = parsed.GetValue(_blockImages);
        var specification = JobSpecificationMapping.FromWire(new TrainingJobSpec
        {
            Data = wire.Data?.Clone() ?? new DataSpec(),
            Backbone = wire.Backbone,
            Workers = new WorkersSpec { Max = parsed.GetValue(_workers) },
            Checkpoint = new CheckpointSpec { Uri = folder },
            Embed = new EmbedSpec { Weights = weights, Out = path, Format = format, Head = parsed.GetValue(_head)!, Pca = parsed.GetValue(_pca), BlockImages = blockImages },
        });
        specification = specification with
        {
            Data = specification.Data with { OnError = parsed.GetValue(_onError)! },
            Embed = specification.Embed with { BlockImages = blockImages },
        };
        var violations = JobSpecificationValidator.Validate(specification);
        return violations.Count == 0 ? specification : throw new CommandException(violations.Select(violation => violation.Message));
    }

    private static void RequireFormat(string format, string path)
    {
        var names = Formats.Select(entry => entry.Format).ToArray();
        if (format.Length > 0 && !names.Contains(format, StringComparer.Ordinal))
        {
            throw new CommandException($"--format is '{format}'{NearestName.Hint(format, names)}; allowed are {string.Join(", ", names)}");
        }

        var extensions = Formats.Where(entry => format.Length == 0 || entry.Format == format).Select(entry => entry.Extension).Distinct(StringComparer.Ordinal).ToArray();
        if (!extensions.Any(extension => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase)))
        {
            throw new CommandException($"--out {path} does not end in {string.Join(", ", extensions)}; the extension tells the format");
        }
    }
}
