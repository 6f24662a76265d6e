using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Access;

/// <summary>Holds the paths of jobs to a <see cref="PathPolicy"/>, with symbolic links followed to where they lead.</summary>
/// <remarks>
/// The coordinator checks before it admits a job, as far as it sees the files; a worker checks again on its own file system before it
/// opens any. Both give the same answer for what both see.
/// </remarks>
/// <param name="policy">What is allowed.</param>
/// <param name="readLink">Where the symbolic link at an absolute path leads; null where there is no link.</param>
public sealed class PathGuard(PathPolicy policy, Func<string, string?> readLink)
{
    private const int LinksMaximum = 40;
    private const string StorageScheme = "s3://";

    /// <summary>Checks every path of a specification.</summary>
    /// <returns>One violation for each path that is not allowed.</returns>
    public IReadOnlyList<FieldViolation> Check(JobSpecification specification)
    {
        if (!policy.IsEnforced)
        {
            return [];
        }

        var violations = JobPath.Of(specification).Select(Check).OfType<FieldViolation>().ToList();
        if (specification.Data.Endpoint.Length > 0)
        {
            violations.Add(new("data.endpoint", specification.Data.Endpoint,
                "data.endpoint cannot be chosen by a job here; the workers' own AWS_ENDPOINT_URL_S3 decides"));
        }

        return violations;
    }

    /// <summary>Whether a file or folder that was found below an allowed path really lies there.</summary>
    public bool AllowsRead(string path) => !policy.IsEnforced || (Resolve(path) is { } real && IsBelowAny(real, ReadRoots()));

    /// <summary>Whether a file or folder may be written.</summary>
    public bool AllowsWrite(string path) => !policy.IsEnforced || (Resolve(path) is { } real && IsBelowAny(real, policy.WriteRoots));

    private FieldViolation? Check(JobPath path)
    {
        var roots = path.IsWritten ? policy.WriteRoots : [.. ReadRoots()];
        if (path.Path.Any(char.IsControl))
        {
            return new(path.Field, "", $"{path.Field} holds a control character; write a plain path");
        }

        var isAllowed = path.Path.StartsWith(StorageScheme, StringComparison.Ordinal)
            ? !path.IsWritten && !Segments(path.Path).Contains("..") && roots.Any(root => IsBelow(path.Path, root))
            : path.IsWritten ? AllowsWrite(path.Path) : AllowsRead(path.Path);
        return isAllowed ? null : new(path.Field, path.Path, Explain(path, roots));
    }

    private static string Explain(JobPath path, IReadOnlyList<string> roots)
    {
        if (!path.Path.StartsWith(StorageScheme, StringComparison.Ordinal) && !Path.IsPathRooted(path.Path))
        {
            return $"{path.Field} '{path.Path}' is relative; on this fleet a path begins with '/'";
        }

        var allowed = roots.Count > 0 ? $"allowed is what lies below {string.Join(", ", roots)}" : "no folder is allowed";
        return $"{path.Field} '{path.Path}' leads out of the folders that jobs may {(path.IsWritten ? "write" : "read")}; {allowed}"
            + (path.IsWritten ? "" : " (the operator adds more with --data-root)");
    }

    private IEnumerable<string> ReadRoots() => policy.ReadRoots.Concat(policy.WriteRoots);

    private bool IsBelowAny(string path, IEnumerable<string> roots) =>
        roots.Any(root => Path.IsPathRooted(root) && Resolve(root) is { } real && IsBelow(path, real));

    private static bool IsBelow(string path, string root)
    {
        var folder = root.TrimEnd('/');
        return path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
    }

    /// <summary>The path without links; null where it is relative, climbs, or its links lead in a circle.</summary>
    private string? Resolve(string path)
    {
        if (!Path.IsPathRooted(path) || Segments(path).Contains(".."))
        {
            // The operating system climbs from where a link leads, not from where it lies: only a path without '..' says where it goes.
            return null;
        }

        var left = new Stack<string>(Segments(path).Reverse());
        var real = "";
        var links = 0;
        while (left.TryPop(out var segment))
        {
            if (segment == "..")
            {
                real = real[..Math.Max(0, real.LastIndexOf('/'))];
                continue;
            }

            var next = $"{real}/{segment}";
            if (readLink(next) is not { } target)
            {
                real = next;
                continue;
            }

            if (++links > LinksMaximum)
            {
                return null;
            }

            real = Path.IsPathRooted(target) ? "" : real;
            foreach (var part in Segments(target).Reverse())
            {
                left.Push(part);
            }
        }

        return real.Length > 0 ? real : "/";
    }

    private static IEnumerable<string> Segments(string path) => path.Split('/').Where(segment => segment is not ("" or "."));
}
