namespace LightlyCluster.Protocol;

/// <summary>Follows symbolic links of this machine, for those who decide which paths are allowed.</summary>
public static class SymbolicLinks
{
    /// <summary>Where the link at a path leads; null where there is no link, or nothing.</summary>
    public static string? Read(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What cannot be looked at cannot be opened either.
            return null;
        }
    }
}
