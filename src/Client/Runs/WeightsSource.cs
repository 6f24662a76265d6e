using System.Globalization;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Local;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Runs;

/// <summary>Where trained weights are, and what their file tells about the backbone and the images it was trained on.</summary>
/// <param name="Path">The file, a full path.</param>
/// <param name="Specification">Backbone, image size and data as far as they are known; otherwise absent.</param>
internal sealed record WeightsSource(string Path, TrainingJobSpec Specification)
{
    private const string MetadataExtension = ".safetensors";
    private static readonly string[] Extensions = [MetadataExtension, ".pt", ".pth", ".bin", ".ckpt"];

    /// <summary>Looks at what a user named: the output folder of a run, one of its checkpoints, an exported model, or pretrained weights.</summary>
    /// <exception cref="CommandException">There is nothing usable.</exception>
    public static WeightsSource Find(string named)
    {
        var full = System.IO.Path.GetFullPath(named);
        if (Directory.Exists(full))
        {
            var last = System.IO.Path.Combine(full, OutputFiles.LastCheckpoint);
            if (!File.Exists(System.IO.Path.Combine(full, OutputFiles.Job)) || !File.Exists(last))
            {
                throw new CommandException($"There is no trained run in {named}: it needs {OutputFiles.Job} and {OutputFiles.LastCheckpoint}; name the output folder of lightly train, or a file of weights");
            }

            _ = CheckpointHeader.Read(last);
            return new(last, OfRun(full));
        }

        if (!File.Exists(full))
        {
            throw new CommandException($"There is no checkpoint {named}; name the output folder of a run, a checkpoint, an exported model or a file of pretrained weights");
        }

        if (!Extensions.Contains(System.IO.Path.GetExtension(full), StringComparer.OrdinalIgnoreCase))
        {
            throw new CommandException($"{named} is no file of weights; allowed are {string.Join(", ", Extensions)}");
        }

        var run = System.IO.Path.GetDirectoryName(System.IO.Path.GetDirectoryName(full)) ?? "";
        var header = full.EndsWith(MetadataExtension, StringComparison.OrdinalIgnoreCase) ? CheckpointHeader.Read(full) : null;
        if (header is not null && header.Metadata.ContainsKey("stateHash") && File.Exists(System.IO.Path.Combine(run, OutputFiles.Job)))
        {
            return new(full, OfRun(run));
        }

        return new(full, OfMetadata(header?.Metadata ?? new Dictionary<string, string>()));
    }

    private static TrainingJobSpec OfRun(string folder)
    {
        var specification = new TrainingJobSpec();
        foreach (var assignment in JobFileReader.Read(System.IO.Path.Combine(folder, OutputFiles.Job)).Assignments)
        {
            JobValue.Apply(assignment, specification);
        }

        return new TrainingJobSpec { Data = specification.Data, Backbone = specification.Backbone };
    }

    private static TrainingJobSpec OfMetadata(IReadOnlyDictionary<string, string> metadata)
    {
        var backbone = new BackboneSpec { Name = metadata.GetValueOrDefault("backbone", ""), Stem = metadata.GetValueOrDefault("stem", "") };
        var specification = new TrainingJobSpec { Backbone = backbone, Data = new DataSpec() };
        if (double.TryParse(metadata.GetValueOrDefault("width"), CultureInfo.InvariantCulture, out var width))
        {
            backbone.Width = width;
        }

        if (bool.TryParse(metadata.GetValueOrDefault("stemActivation"), out var hasActivation))
        {
            backbone.StemActivation = hasActivation;
        }

        if (int.TryParse(metadata.GetValueOrDefault("numSplits"), CultureInfo.InvariantCulture, out var splits))
        {
            backbone.NumSplits = splits;
        }

        if (int.TryParse(metadata.GetValueOrDefault("patchSize"), CultureInfo.InvariantCulture, out var patch))
        {
            backbone.PatchSize = patch;
        }

        if (int.TryParse(metadata.GetValueOrDefault("imageSize"), CultureInfo.InvariantCulture, out var size))
        {
            specification.Data.ImageSize = size;
        }

        return specification;
    }
}
