using LightlyCluster.Fleet.Access;
using LightlyCluster.Protocol;

namespace LightlyCluster.Worker.Steps;

/// <summary>Holds a job to the folders that it may use, on the file system of this worker, before any of its files is opened.</summary>
/// <remarks>
/// Links within the data are followed by training, so each of them is looked at too. Whoever may change the files on this machine while a
/// job runs is not kept out by this.
/// </remarks>
internal static class AllowedPaths
{
    private const int DepthMaximum = 64;

    /// <summary>Checks every path of a job, and every link below the folders that it reads.</summary>
    /// <exception cref="JobSpecificationException">One leads out of the folders that the job may use.</exception>
    public static void Require(JobTicket ticket)
    {
        if (ticket.Paths is not { } policy)
        {
            return;
        }

        var guard = new PathGuard(policy, SymbolicLinks.Read);
        if (guard.Check(ticket.Specification) is [var violation, ..])
        {
            throw new JobSpecificationException(violation.Message);
        }

        foreach (var path in JobPath.Of(ticket.Specification).Where(path => !path.IsWritten && Directory.Exists(path.Path)))
        {
            RequireLinks(new DirectoryInfo(path.Path), path.Field, guard, []);
        }
    }

    private static void RequireLinks(DirectoryInfo folder, string field, PathGuard guard, List<string> above)
    {
        var real = folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;
        if (above.Count >= DepthMaximum || above.Contains(real))
        {
            return;
        }

        above.Add(real);
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.Attributes.HasFlag(FileAttributes.ReparsePoint) && !guard.AllowsRead(entry.FullName))
            {
                throw new JobSpecificationException($"{field}: '{entry.FullName}' is a link that leads out of the folders that jobs may read; remove it.");
            }

            if (entry is DirectoryInfo subfolder)
            {
                RequireLinks(subfolder, field, guard, above);
            }
        }

        above.RemoveAt(above.Count - 1);
    }
}
