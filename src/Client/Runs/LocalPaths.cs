using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Runs;

/// <summary>What a specification means on this machine: full paths that exist, a number of processes.</summary>
internal static class LocalPaths
{
    /// <summary>Makes paths full, and starts at a checkpoint where a run is continued.</summary>
    /// <exception cref="CommandException">A continued run would differ in more than workers, resources and checkpoints.</exception>
    public static JobSpecification Resolve(JobSpecification specification, ResumePoint? point)
    {
        var full = specification with
        {
            Data = specification.Data with { Path = FullPath(specification.Data.Path) },
            Backbone = specification.Backbone with { Weights = FullPath(specification.Backbone.Weights) },
            Evaluate = specification.Evaluate with { TestPath = FullPath(specification.Evaluate.TestPath) },
            Checkpoint = specification.Checkpoint with { ResumeFrom = FullPath(specification.Checkpoint.ResumeFrom) },
        };
        if (point is null)
        {
            return full;
        }

        point.RequireSame(full);
        return full with { Checkpoint = full.Checkpoint with { ResumeFrom = point.CheckpointPath } };
    }

    /// <summary>Requires that the data is there.</summary>
    /// <exception cref="CommandException">It is missing, or a folder without any file.</exception>
    public static void Require(JobSpecification specification)
    {
        RequireImages("data.path", specification.Data.Path, "--data");
        if (specification.Evaluate.TestPath.Length > 0)
        {
            RequireImages("evaluate.testPath", specification.Evaluate.TestPath, "--test-data");
        }

        if (specification.Backbone.Weights is { Length: > 0 } weights && !File.Exists(weights))
        {
            throw new CommandException($"backbone.weights {weights} does not exist; name a .safetensors file or a PyTorch state dictionary");
        }

        if (specification.Checkpoint.ResumeFrom.Length > 0)
        {
            _ = CheckpointHeader.Read(specification.Checkpoint.ResumeFrom).Step;
        }
    }

    /// <summary>Worker processes to start: as many as the job allows, else one a core, at most one a shard.</summary>
    public static int WorkerCount(JobSpecification specification) => specification.Workers.Max > 0
        ? specification.Workers.Max
        : Math.Max(specification.Workers.Min, Math.Min(Environment.ProcessorCount, specification.Train.Shards));

    /// <summary>The full path; empty stays empty, and the address of storage as it is.</summary>
    public static string FullPath(string path) => path.Length > 0 && !IsStorage(path) ? Path.GetFullPath(path) : path;

    /// <summary>Requires that data is there.</summary>
    /// <param name="key">What names it, for messages.</param>
    /// <param name="path">The full path.</param>
    /// <param name="flag">The flag that names it; may be empty.</param>
    /// <exception cref="CommandException">It is missing, or a folder without any file.</exception>
    public static void RequireImages(string key, string path, string flag)
    {
        if (File.Exists(path) || IsStorage(path))
        {
            return;
        }

        if (!Directory.Exists(path))
        {
            throw new CommandException(
                $"{key} {path} does not exist; name a folder of images or videos, a .tar file or a video{(flag.Length > 0 ? $" ({flag} PATH)" : "")}");
        }

        if (!Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories).Any())
        {
            throw new CommandException($"{key} {path} is empty; put images (class subfolders are optional) or videos into it");
        }
    }

    private static bool IsStorage(string path) => path.StartsWith("s3://", StringComparison.OrdinalIgnoreCase);
}
