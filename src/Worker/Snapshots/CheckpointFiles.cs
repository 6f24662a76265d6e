using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.Worker.Steps;
using static TorchSharp.torch;

namespace LightlyCluster.Worker.Snapshots;

/// <summary>The whole training state in safetensors files: last.safetensors and a few older ones.</summary>
internal static class CheckpointFiles
{
    private const string LastName = "last.safetensors";

    /// <summary>Path of the newest checkpoint of a job.</summary>
    public static string LastPath(JobContext context) => Path.Combine(Folder(context), LastName);

    /// <summary>Writes the state. A crash leaves the previous checkpoint intact. Call on the training thread.</summary>
    public static void Write(JobContext context, string numericClass, string knnTop1Untrained)
    {
        var folder = Folder(context);
        Directory.CreateDirectory(folder);
        var epoch = context.Step / context.StepsPerEpoch;
        var named = Path.Combine(folder, $"epoch={epoch}-step={context.Step}.safetensors");
        Safetensors.Write(named, context.State, new Dictionary<string, string>
        {
            ["format"] = "pt",
            ["step"] = $"{context.Step}",
            ["epoch"] = $"{epoch}",
            ["method"] = context.Specification.Method.Name,
            ["backbone"] = context.Specification.Backbone.Name,
            ["width"] = $"{context.Specification.Backbone.Width:R}",
            ["seed"] = $"{context.Specification.Train.Seed}",
            ["shards"] = $"{context.ShardCount}",
            ["batchSize"] = $"{context.Specification.Train.BatchSize}",
            ["precision"] = context.Specification.Train.Precision,
            ["wire"] = context.Specification.Sync.Wire,
            ["localSteps"] = $"{context.Specification.Sync.LocalSteps}",
            ["numericClass"] = numericClass,
            ["stateHash"] = StateHash.Compute(context.State, context.Step),
            ["knnTop1Untrained"] = knnTop1Untrained,
        });
        var last = Path.Combine(folder, LastName);
        var partial = $"{last}.{Environment.ProcessId}.partial";
        File.Copy(named, partial, overwrite: true);
        CrashPoint.Reach("worker.checkpoint-written");
        File.Move(partial, last, overwrite: true);
        CrashPoint.Reach("worker.checkpoint-renamed");
        Prune(folder, context.Specification.Checkpoint.Keep);
    }

    /// <summary>Loads a state into the method. Call on the training thread.</summary>
    /// <exception cref="CheckpointException">The file is cut short, belongs to another model or another numeric class.</exception>
    public static CheckpointDescription Load(string path, JobContext context, string numericClass)
    {
        using var scope = NewDisposeScope();
        using var content = Safetensors.Read(path);
        var description = Describe(path, content.Metadata);
        if (description.NumericClass != numericClass)
        {
            throw new CheckpointException(
                $"The checkpoint '{path}' was trained in numeric class {description.NumericClass}, this worker has {numericClass}: "
                + "the bits would differ. Resume on the same kind of device, libraries and threads (docs/when-bits-differ.md).");
        }

        RequireSame(path, content.Metadata, "precision", "train.precision", context.Specification.Train.Precision, JobVocabulary.PrecisionSingle);
        RequireSame(path, content.Metadata, "wire", "sync.wire", context.Specification.Sync.Wire, JobVocabulary.WireSingle);
        RequireSame(path, content.Metadata, "localSteps", "sync.localSteps", $"{context.Specification.Sync.LocalSteps}", "1");
        Copy(path, content.Tensors, context.State);
        var hash = StateHash.Compute(context.State, description.Step);
        return hash == description.StateHash
            ? description
            : throw new CheckpointException($"The checkpoint '{path}' holds state {hash}, but says {description.StateHash}; it is damaged. Use an older one.");
    }

    /// <summary>The accuracy before training that a checkpoint carries; empty when it was not measured.</summary>
    public static string ReadUntrained(string path) => Describe(path, Safetensors.ReadDescription(path).Metadata).KnnTop1Untrained;

    /// <summary>The step of a job's newest checkpoint; null when there is none.</summary>
    public static long? LastStep(JobContext context)
    {
        var path = LastPath(context);
        return File.Exists(path) ? Describe(path, Safetensors.ReadDescription(path).Metadata).Step : null;
    }

    /// <summary>Refuses a value that makes other bits; <paramref name="before"/> is that of checkpoints written before it could be chosen.</summary>
    private static void RequireSame(
        string path, IReadOnlyDictionary<string, string> metadata, string entry, string key, string wanted, string before)
    {
        var saved = metadata.GetValueOrDefault(entry, before);
        if (saved != wanted)
        {
            throw new CheckpointException(
                $"The checkpoint '{path}' was trained with {key} {saved}, the job says {wanted}: the bits would differ. Resume with {key} {saved}.");
        }
    }

    private static void Copy(string path, IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyList<(string Name, Tensor Tensor)> state)
    {
        using var noGrad = no_grad();
        var surplus = tensors.Keys.Except(state.Select(entry => entry.Name), StringComparer.Ordinal).FirstOrDefault();
        foreach (var (name, tensor) in state)
        {
            if (!tensors.TryGetValue(name, out var saved) || !saved.shape.SequenceEqual(tensor.shape) || surplus is not null)
            {
                throw new CheckpointException(
                    $"The checkpoint '{path}' belongs to another model: {Difference(name, tensor, saved, surplus)}. "
                    + "Resume with the method, backbone and width it was trained with.");
            }

            tensor.copy_(saved);
        }
    }

    private static string Difference(string name, Tensor tensor, Tensor? saved, string? surplus) =>
        saved is null ? $"it lacks {name}"
        : saved.shape.SequenceEqual(tensor.shape) ? $"it holds {surplus}, which this model lacks"
        : $"{name} is [{string.Join(", ", saved.shape)}] there, [{string.Join(", ", tensor.shape)}] here";

    private static CheckpointDescription Describe(string path, IReadOnlyDictionary<string, string> metadata) =>
        metadata.TryGetValue("step", out var step) && metadata.TryGetValue("stateHash", out var hash)
            ? new(long.Parse(step), hash, metadata.GetValueOrDefault("numericClass", ""), metadata.GetValueOrDefault("knnTop1Untrained", ""))
            : throw new CheckpointException($"'{path}' is no checkpoint of a training: its header says neither step nor state hash.");

    private static void Prune(string folder, int keep)
    {
        var named = Directory.GetFiles(folder, "epoch=*-step=*.safetensors")
            .OrderByDescending(path => long.Parse(Path.GetFileNameWithoutExtension(path).Split("step=")[1])).Skip(Math.Max(1, keep));
        foreach (var old in named)
        {
            File.Delete(old);
        }
    }

    private static string Folder(JobContext context) => Path.Combine(context.Specification.Checkpoint.Uri, "checkpoints");
}
