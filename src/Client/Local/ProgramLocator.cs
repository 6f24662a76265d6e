namespace LightlyCluster.Client.Local;

/// <summary>Finds the programs that a local fleet consists of.</summary>
/// <remarks>
/// In this order: <c>$LIGHTLY_HOME/ROLE</c>, a folder of the role's name beside the client (an installed tool), and the
/// neighbouring output folder of a build tree (<c>artifacts/bin/ROLE/release</c>).
/// </remarks>
internal static class ProgramLocator
{
    /// <summary>Environment variable that names the folder of an installation.</summary>
    public const string HomeVariable = "LIGHTLY_HOME";

    /// <summary>The file to run for a role.</summary>
    /// <param name="role">Store, Coordinator or Worker.</param>
    /// <exception cref="CommandException">It is not there.</exception>
    public static string Find(string role)
    {
        var file = $"LightlyCluster.{role}.dll";
        var here = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar);
        string?[] folders =
        [
            Environment.GetEnvironmentVariable(HomeVariable) is { Length: > 0 } home ? Path.Combine(home, role) : null,
            Path.Combine(here, role),
            Path.Combine(here, "..", "..", role, Path.GetFileName(here)),
        ];

        return folders.Where(folder => folder is not null).Select(folder => Path.GetFullPath(Path.Combine(folder!, file))).FirstOrDefault(File.Exists)
            ?? throw new CommandException(
                ExitCode.Failure,
                $"{file} is not beside this client ({here}); build the whole solution, or set {HomeVariable} to the installation's folder");
    }

    /// <summary>The .NET host that runs the file.</summary>
    public static string Host()
    {
        var process = Environment.ProcessPath;
        if (Path.GetFileNameWithoutExtension(process) == "dotnet")
        {
            return process!;
        }

        return Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } root ? Path.Combine(root, "dotnet") : "dotnet";
    }
}
