using System.Text.Json;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Local;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Runs;

/// <summary>Where an earlier run can be continued.</summary>
internal sealed class ResumePoint
{
    private readonly string _folder;
    private readonly JobSpecification _resolved;

    private ResumePoint(string folder, string name, TrainingJobSpec specification, long step)
    {
        _folder = folder;
        Name = name;
        Specification = specification;
        Step = step;
        _resolved = JobSpecificationMapping.FromWire(specification);
    }

    /// <summary>Name of the job.</summary>
    public string Name { get; }

    /// <summary>The job as it was resolved, to run to its horizon.</summary>
    public TrainingJobSpec Specification { get; }

    /// <summary>Committed steps of the last checkpoint; 0 where there is none.</summary>
    public long Step { get; }

    /// <summary>The last checkpoint; empty where there is none.</summary>
    public string CheckpointPath => Step > 0 ? Path.Combine(_folder, OutputFiles.LastCheckpoint) : "";

    /// <summary>Whether the run has reached its horizon.</summary>
    public bool IsFinished => File.Exists(ResultPath) && ReadResult().State == nameof(JobState.Succeeded);

    private string ResultPath => Path.Combine(_folder, OutputFiles.Result);

    /// <summary>Looks into an output folder.</summary>
    /// <exception cref="CommandException">There is no run in it, or its last checkpoint is damaged.</exception>
    public static ResumePoint Find(string path)
    {
        var folder = OutputFolder.OpenForResume(path);
        var file = JobFileReader.Read(folder.PathOf(OutputFiles.Job));
        var specification = new TrainingJobSpec();
        foreach (var assignment in file.Assignments)
        {
            JobValue.Apply(assignment, specification);
        }

        specification.Checkpoint ??= new CheckpointSpec();
        specification.Checkpoint.StopAfterStep = 0;
        specification.Checkpoint.ResumeFrom = "";
        var last = folder.PathOf(OutputFiles.LastCheckpoint);
        return new ResumePoint(folder.Path, file.Name, specification, File.Exists(last) ? CheckpointHeader.Read(last).Step : 0);
    }

    /// <summary>The result of a run that has ended.</summary>
    /// <exception cref="CommandException">It cannot be read.</exception>
    public RunResult ReadResult()
    {
        try
        {
            return JsonSerializer.Deserialize<RunResult>(File.ReadAllText(ResultPath), RunJson.Compact)
                ?? throw new CommandException($"{ResultPath} is empty");
        }
        catch (JsonException exception)
        {
            throw new CommandException($"{ResultPath} cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Requires that a continued run differs in workers, resources and checkpoints only.</summary>
    /// <exception cref="CommandException">It differs in more; names each key.</exception>
    public void RequireSame(JobSpecification wanted)
    {
        var differences = Differences(Neutral(_resolved), Neutral(wanted)).ToArray();
        if (differences.Length > 0)
        {
            throw new CommandException(differences.Select(difference =>
                $"--resume cannot change {difference}; only workers, resources and checkpoint may differ. Start another run for that"));
        }
    }

    private static JobSpecification Neutral(JobSpecification specification) => specification with
    {
        Workers = new WorkersSpecification(),
        Resources = new ResourcesSpecification(),
        Checkpoint = new CheckpointSpecification(),
    };

    private static IEnumerable<string> Differences(JobSpecification before, JobSpecification wanted)
    {
        var lines = JobFileWriter.Values(before).ToDictionary(pair => pair.Path, pair => pair.Value, StringComparer.Ordinal);
        foreach (var (path, value) in JobFileWriter.Values(wanted))
        {
            var earlier = lines.GetValueOrDefault(path, "not set");
            if (earlier != value)
            {
                yield return $"{path} from {earlier} to {value}";
            }
        }
    }
}
