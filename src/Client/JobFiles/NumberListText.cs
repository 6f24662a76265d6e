namespace LightlyCluster.Client.JobFiles;

/// <summary>Lists of numbers that set several parameters: <c>[0.1, 2]</c>.</summary>
internal static class NumberListText
{
    /// <summary>The values that a list gives to its parts.</summary>
    /// <returns>Null where the list has another length.</returns>
    public static IReadOnlyList<JobAssignment>? TrySplit(JobKey key, string text, SourcePosition position)
    {
        var values = text.Trim('[', ']', ' ').Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return values.Length == key.Parts.Count
            ? [.. key.Parts.Zip(values, (part, value) => new JobAssignment(part, value, IsQuoted: false, position))]
            : null;
    }
}
