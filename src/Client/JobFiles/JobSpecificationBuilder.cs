using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.JobFiles;

/// <summary>Lays the values of a file, of the environment and of flags over each other and checks the whole.</summary>
internal sealed class JobSpecificationBuilder
{
    private readonly TrainingJobSpec _specification;
    private readonly Dictionary<string, JobAssignment> _assignments = new(StringComparer.Ordinal);

    /// <summary>Starts from nothing.</summary>
    public JobSpecificationBuilder()
        : this(new TrainingJobSpec())
    {
    }

    /// <summary>Starts from a specification, which is copied.</summary>
    public JobSpecificationBuilder(TrainingJobSpec start) => _specification = start.Clone();

    /// <summary>Where the value of a key was written; null where nobody wrote one.</summary>
    public JobAssignment? Find(string path) => _assignments.GetValueOrDefault(path);

    /// <summary>Lays a layer over those before it: its values win.</summary>
    /// <exception cref="CommandException">Two names of one key are given with unequal values, or a value is of a wrong kind.</exception>
    public void Apply(IEnumerable<JobAssignment> layer)
    {
        var here = new Dictionary<string, JobAssignment>(StringComparer.Ordinal);
        foreach (var assignment in layer)
        {
            if (JobValue.Check(assignment) is { } error)
            {
                throw new CommandException($"{assignment.Position}: {error}");
            }

            if (here.TryGetValue(assignment.Key.Path, out var other) && other.Text != assignment.Text)
            {
                throw new CommandException(
                    $"{assignment.Position}: {assignment.Key.Path} is {assignment.Text} here and {other.Text} at {other.Position}; they are the same setting, keep one");
            }

            here[assignment.Key.Path] = assignment;
        }

        ReplaceHorizon(here);
        foreach (var (path, assignment) in here)
        {
            JobValue.Apply(assignment, _specification);
            _assignments[path] = assignment;
        }
    }

    /// <summary>The specification with every default applied.</summary>
    /// <exception cref="CommandException">It cannot be used; tells every violation, with its place where it has one.</exception>
    public JobSpecification Build()
    {
        var specification = JobSpecificationMapping.FromWire(_specification);
        var violations = JobSpecificationValidator.Validate(specification);
        return violations.Count == 0 ? specification : throw new CommandException(violations.Select(Describe));
    }

    // A layer that names the horizon one way takes the place of a lower layer that named it the other way.
    private void ReplaceHorizon(Dictionary<string, JobAssignment> layer)
    {
        var (hasSteps, hasEpochs) = (layer.ContainsKey("train.steps"), layer.ContainsKey("train.epochs"));
        if (hasSteps && !hasEpochs)
        {
            _specification.Train?.ClearEpochs();
        }
        else if (hasEpochs && !hasSteps)
        {
            _specification.Train?.ClearSteps();
        }
    }

    private string Describe(FieldViolation violation) => _assignments.TryGetValue(violation.Path, out var assignment) && assignment.Position.Line > 0
        ? $"{assignment.Position}: {violation.Message}"
        : violation.Message;
}
