using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Access;

/// <summary>A path that a specification names.</summary>
/// <param name="Field">The key that holds it.</param>
/// <param name="Path">The path or s3:// address.</param>
/// <param name="IsWritten">Whether the job writes there.</param>
public sealed record JobPath(string Field, string Path, bool IsWritten)
{
    /// <summary>Every path of a specification that is not empty.</summary>
    public static IEnumerable<JobPath> Of(JobSpecification specification)
    {
        JobPath[] all =
        [
            new("data.path", specification.Data.Path, IsWritten: false),
            new("backbone.weights", specification.Backbone.Weights, IsWritten: false),
            new("checkpoint.uri", specification.Checkpoint.Uri, IsWritten: true),
            new("checkpoint.resumeFrom", specification.Checkpoint.ResumeFrom, IsWritten: false),
            new("evaluate.testPath", specification.Evaluate.TestPath, IsWritten: false),
            new("embed.weights", specification.Embed.Weights, IsWritten: false),
            new("embed.out", specification.Embed.Out, IsWritten: true),
        ];
        return all.Where(path => path.Path.Length > 0);
    }
}
