using System.Diagnostics;

namespace LightlyCluster.Transports.Tests.Nccl;

/// <summary>The library of nccl_double.c, built once a process where there is a C compiler.</summary>
internal static class NcclDoubleFile
{
    private static readonly Lazy<string> Built = new(Build);

    /// <summary>The library.</summary>
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, $"libnccl_double-{Environment.ProcessId}.so");

    /// <summary>Why there is none; empty where there is one.</summary>
    public static string Problem => Built.Value;

    private static string Build()
    {
        var compiler = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator)
            .SelectMany(folder => new[] { "cc", "gcc", "clang" }.Select(name => System.IO.Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        if (compiler is null)
        {
            return "No C compiler (cc, gcc or clang) builds the test double of NCCL.";
        }

        string[] arguments = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", Path, System.IO.Path.Combine(AppContext.BaseDirectory, "nccl_double.c")];
        using var process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(Path);
        return "";
    }
}
