using System.Diagnostics;
using System.Runtime.InteropServices;
using LightlyCluster.Worker.Transport.Nccl;

namespace LightlyCluster.Transports.Tests.Nccl;

/// <summary>The library of nccl_double.c, built once a process where there is a C compiler.</summary>
internal static class NcclDouble
{
    /// <summary>Tests that make communicators run one after the other: a failure is ordered for whichever is made next.</summary>
    public const string Collection = "nccl";

    private static readonly Lazy<string> Problem = new(Build);

    private static string File => Path.Combine(AppContext.BaseDirectory, "libnccl_double.so");

    /// <summary>Skips a test of NCCL where the library cannot be built.</summary>
    public static void SkipWhereMissing(string kind)
    {
        if (kind == TransportKind.Nccl)
        {
            Assert.SkipWhen(Problem.Value.Length > 0, Problem.Value);
        }
    }

    /// <summary>NCCL for a worker of this process, with a device of its own.</summary>
    public static NcclRuntime RuntimeOf(string device) => Problem.Value.Length == 0
        ? new("", "this machine", device, () => new HostMemory())
        : new(Problem.Value, "this machine", "", () => throw new NcclException(Problem.Value));

    /// <summary>Lets the next communicator of a rank fail.</summary>
    /// <param name="rank">The rank.</param>
    /// <param name="group">At its group of this number; the first one is the warm-up, three follow a step; -1: when it is made.</param>
    /// <param name="result">How; <see cref="NcclResult.InProgress"/> hangs.</param>
    public static void Fail(int rank, int group, NcclResult result)
    {
        NativeLibrary.TryGetExport(NativeLibrary.Load(File), "nccl_double_fail", out var address).ShouldBeTrue();
        unsafe
        {
            ((delegate* unmanaged<int, int, int, void>)address)(rank, group, (int)result);
        }
    }

    private static string Build()
    {
        var compiler = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .SelectMany(folder => new[] { Path.Combine(folder, "cc"), Path.Combine(folder, "gcc"), Path.Combine(folder, "clang") })
            .FirstOrDefault(System.IO.File.Exists);
        if (compiler is null)
        {
            return "No C compiler (cc, gcc or clang) builds the test double of NCCL.";
        }

        string[] arguments = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", File, Path.Combine(AppContext.BaseDirectory, "nccl_double.c")];
        using var process = Process.Start(new ProcessStartInfo(compiler, arguments) { RedirectStandardError = true, UseShellExecute = false })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors);
        Environment.SetEnvironmentVariable(NcclLibrary.Variable, File);
        NcclLibrary.IsHere.ShouldBeTrue($"{File} does not load");
        return "";
    }
}
