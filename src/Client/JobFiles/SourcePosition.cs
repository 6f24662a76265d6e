namespace LightlyCluster.Client.JobFiles;

/// <summary>Where a value was written: a place of a file, or a flag.</summary>
/// <param name="Source">Name of the file, of the flag or of the environment variable.</param>
/// <param name="Line">Line from 1; 0 where the source is no file.</param>
/// <param name="Column">Column from 1; 0 where the source is no file.</param>
internal sealed record SourcePosition(string Source, long Line, long Column)
{
    /// <summary><c>file:line:column</c>, or the name of the flag.</summary>
    public override string ToString() => Line > 0 ? $"{Source}:{Line}:{Column}" : Source;
}
