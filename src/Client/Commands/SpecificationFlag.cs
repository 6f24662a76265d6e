using System.CommandLine;

namespace LightlyCluster.Client.Commands;

/// <summary>A flag that stands for a key of the job file.</summary>
/// <param name="Path">The key: <c>train.batchSize</c>.</param>
/// <param name="Option">The flag on a command.</param>
internal sealed record SpecificationFlag(string Path, Option<string> Option)
{
    /// <summary>The environment variable of the same meaning: <c>LIGHTLY_BATCH_SIZE</c>.</summary>
    public string Variable => "LIGHTLY_" + Option.Name.TrimStart('-').Replace('-', '_').ToUpperInvariant();
}
