using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LightlyCluster.Benchmarks;

/// <summary>Measures lightly's own transform with the peer script, where Python, torch and lightly's source are there.</summary>
internal sealed partial class PeerAugmentation
{
    private readonly string _python;
    private readonly string _script;
    private readonly string _source;
    private readonly string _data;

    private PeerAugmentation(string python, string script, string source, string data, string? reason)
    {
        _python = python;
        _script = script;
        _source = source;
        _data = data;
        Reason = reason;
    }

    /// <summary>Why the peer cannot run; null where it can.</summary>
    public string? Reason { get; }

    /// <summary>Finds out whether the peer can run.</summary>
    public static async Task<PeerAugmentation> OpenAsync(string python, string script, string source, string data)
    {
        var reason = !File.Exists(python) ? $"there is no {python} (--python)"
            : !File.Exists(script) ? $"there is no {script} (--peer)"
            : !Directory.Exists(data) ? $"there are no photographs in {data} (--data)"
            : null;
        if (reason is null)
        {
            var (code, output) = await RunAsync(python, source, data, ["-c", "import torch, torchvision, lightly.transforms"]);
            reason = code == 0 ? null
                : $"{output.Trim().Split('\n')[^1]}; Debian's python3-torch, python3-torchvision and libopenblas0-pthread have torch, "
                    + "--lightly names a folder with lightly's source";
        }

        return new PeerAugmentation(python, script, source, data, reason);
    }

    /// <summary>Views a second of the peer, its own median of three passes.</summary>
    public async Task<double> MeasureAsync(int size, int count, string kind)
    {
        var (code, output) = await RunAsync(
            _python, _source, _data, [_script, "aug", $"{size}", $"{count}", kind]);
        var found = ViewsASecond().Match(output);
        return code == 0 && found.Success
            ? double.Parse(found.Groups["value"].Value, CultureInfo.InvariantCulture)
            : throw new InvalidOperationException($"The peer failed: {output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string python, string source, string data, string[] arguments)
    {
        var start = new ProcessStartInfo(python, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PYTHONPATH"] = source;
        start.Environment["DATA"] = data;
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    [GeneratedRegex(@": (?<value>[0-9.]+) views/s", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ViewsASecond();
}
