namespace LightlyCluster.Client.JobFiles;

/// <summary>A value that was written for a key.</summary>
/// <param name="Key">The key.</param>
/// <param name="Text">The value as written.</param>
/// <param name="IsQuoted">The value was written in quotes, which makes it text.</param>
/// <param name="Position">Where.</param>
internal sealed record JobAssignment(JobKey Key, string Text, bool IsQuoted, SourcePosition Position);
