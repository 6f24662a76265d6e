using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LightlyCluster.Benchmarks;

/// <summary>Measures training by lightly itself with the peer script, where Python, torch and lightly's source are there.</summary>
internal sealed partial class PeerTraining
{
    private readonly string _python;
    private readonly string _script;
    private readonly string _source;
    private readonly string _data;

    private PeerTraining(string python, string script, string source, string data)
    {
        _python = python;
        _script = script;
        _source = source;
        _data = data;
    }

    /// <summary>Finds out whether the peer can run, and says so where it cannot.</summary>
    /// <returns>The peer, or null.</returns>
    public static async Task<PeerTraining?> TryOpenAsync(string python, string script, string source, string data)
    {
        var reason = !File.Exists(python) ? $"there is no {python} (--python)" : !File.Exists(script) ? $"there is no {script} (--peer)" : null;
        var peer = new PeerTraining(python, script, source, data);
        if (reason is null)
        {
            var (code, output) = await peer.RunAsync(1, ["-c", "import torch, torchvision, lightly.models, lightly.loss, lightly.transforms"]);
            reason = code == 0 ? null
                : $"{output.Trim().Split('\n')[^1]}; Debian's python3-torch, python3-torchvision and libopenblas0-pthread have torch, "
                    + "--lightly names a folder with lightly's source";
        }

        if (reason is not null)
        {
            Console.WriteLine($"peer skipped: {reason}");
            return null;
        }

        return peer;
    }

    /// <summary>Images a second that the peer says.</summary>
    /// <param name="threads">Threads of torch.</param>
    /// <param name="arguments">What the script is to do.</param>
    /// <exception cref="InvalidOperationException">It fails.</exception>
    public async Task<double> MeasureAsync(int threads, params string[] arguments)
    {
        var (code, output) = await RunAsync(threads, [_script, .. arguments]);
        var found = ImagesASecond().Match(output);
        return code == 0 && found.Success
            ? double.Parse(found.Groups["value"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The peer failed: {output}");
    }

    private async Task<(int Code, string Output)> RunAsync(int threads, string[] arguments)
    {
        var start = new ProcessStartInfo(_python, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.Environment["PYTHONPATH"] = _source;
        start.Environment["DATA"] = _data;
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        start.Environment["OPENBLAS_NUM_THREADS"] = $"{threads}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    [GeneratedRegex(@": (?<value>[0-9.]+) images/s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ImagesASecond();
}
