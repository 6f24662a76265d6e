namespace LightlyCluster.Fleet.Access;

/// <summary>Below which folders and buckets the paths of a job must lie.</summary>
/// <param name="IsEnforced">False on a fleet of one user's own: every path is allowed.</param>
/// <param name="ReadRoots">Roots of what a job reads: absolute folders, or s3://bucket/prefix.</param>
/// <param name="WriteRoots">Roots of what a job writes: absolute folders. They may be read as well.</param>
public sealed record PathPolicy(bool IsEnforced, IReadOnlyList<string> ReadRoots, IReadOnlyList<string> WriteRoots)
{
    /// <summary>Every path is allowed.</summary>
    public static PathPolicy Free { get; } = new(IsEnforced: false, [], []);
}
