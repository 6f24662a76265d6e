using System.Diagnostics;

namespace LightlyCluster.SelfSupervised.Tests.Export;

/// <summary>Runs Python, where there is one.</summary>
internal static class PythonProgram
{
    // Debian's packages belong to Debian's Python, whatever other one comes first in PATH.
    private static readonly string Python = File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

    public static (int ExitCode, string Output, string Errors) Run(params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(Python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return (process.ExitCode, output, errors.Result);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return (1, "", "There is no python3.");
        }
    }
}
