using System.Diagnostics;
using System.Reflection;

namespace LightlyCluster.Deploy.Tests;

/// <summary>Programs that the tests run, and the tree that they look at.</summary>
internal static class Tool
{
    public static string Root { get; } = Path.GetFullPath(typeof(Tool).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "RepositoryRoot").Value!);

    /// <summary>A file or folder below deploy/.</summary>
    public static string Deploy(params string[] path) => Path.Combine([Root, "deploy", .. path]);

    /// <summary>A program of the tree as it was built together with these tests.</summary>
    public static string Program(string project) => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", project, Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')), $"LightlyCluster.{project}.dll"));

    /// <summary>Skips the test where a program is not installed.</summary>
    public static void Require(string program)
    {
        var isHere = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
        Assert.SkipUnless(isHere, $"{program} is not installed");
    }

    /// <summary>Runs a program and returns what it wrote on both streams.</summary>
    public static (int ExitCode, string Output, string Errors) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = Root,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}
