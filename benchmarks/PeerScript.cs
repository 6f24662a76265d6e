using System.Diagnostics;
using System.Globalization;

namespace LightlyCluster.Benchmarks;

/// <summary>A Python script of this folder that measures the peer and prints one number as its last line.</summary>
/// <param name="arguments">Flags of the benchmark: --python and --lightly, a folder with lightly's source.</param>
/// <param name="script">Name of the script.</param>
internal sealed class PeerScript(string[] arguments, string script)
{
    private readonly string _python = Arguments.Get(arguments, "python", "/usr/bin/python3");
    private readonly string _source = Arguments.Get(arguments, "lightly", Environment.GetEnvironmentVariable("PYTHONPATH") ?? "");

    /// <summary>Why the peer did not run; null where it did.</summary>
    public string? Reason { get; private set; }

    /// <summary>Who it is, or that it is not here.</summary>
    public string Name => Reason is null ? "lightly" : "not here";

    /// <summary>What the script measures now; null where it cannot run.</summary>
    public async Task<double?> TryMeasureAsync(string[] scriptArguments)
    {
        if (Reason is not null)
        {
            return null;
        }

        if (!File.Exists(_python))
        {
            Reason = $"there is no {_python} (--python)";
            return null;
        }

        var start = new ProcessStartInfo(_python, [Path.Combine("benchmarks", script), .. scriptArguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PYTHONPATH"] = _source;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode == 0 && double.TryParse((await output).Trim().Split('\n')[^1], CultureInfo.InvariantCulture, out var value))
        {
            return value;
        }

        Reason = $"{(await errors).Trim().Split('\n')[^1]}; Debian's python3-torch, python3-torchvision and libopenblas0-pthread have torch, "
            + "--lightly names a folder with lightly's source";
        return null;
    }
}
