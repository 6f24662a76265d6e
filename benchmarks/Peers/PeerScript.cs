using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace LightlyCluster.Benchmarks.Peers;

/// <summary>A Python script that measures lightly and says the figure in its last line, where Python, torch and lightly's source are there.</summary>
internal sealed partial class PeerScript
{
    private readonly string _python;
    private readonly string _source;
    private readonly string _script;
    private readonly string _data;
    private bool _hasMeasured;

    private PeerScript(string[] arguments, string script, string data)
    {
        _python = Arguments.Get(arguments, "python", "/usr/bin/python3");
        _source = Arguments.Get(arguments, "lightly", Environment.GetEnvironmentVariable("PYTHONPATH") ?? "");
        _script = script;
        _data = data;
        Reason = !File.Exists(_python) ? $"there is no {_python} (--python)"
            : !File.Exists(script) ? $"there is no {script} (--peer)"
            : data.Length > 0 && !Directory.Exists(data) ? $"there are no photographs in {data} (--data)"
            : null;
    }

    /// <summary>Why the peer does not run; null while it does.</summary>
    public string? Reason { get; private set; }

    /// <summary>Who it is, or that it is not here.</summary>
    public string Name => Reason is null ? "lightly" : "not here";

    /// <summary>A script of this folder.</summary>
    /// <param name="arguments">Flags of the benchmark: --python, and --lightly, a folder with lightly's source.</param>
    /// <param name="name">Name of its file.</param>
    public static PeerScript Own(string[] arguments, string name) => new(arguments, Path.Combine(AppContext.BaseDirectory, "Peers", name), "");

    /// <summary>The script that measures lightly's training and augmentation, which is not part of this project.</summary>
    /// <param name="arguments">Flags of the benchmark: those of <see cref="Own"/>, and --peer, its file.</param>
    /// <param name="data">Folder of its data.</param>
    public static PeerScript Given(string[] arguments, string data) =>
        new(arguments, Path.GetFullPath(Arguments.Get(arguments, "peer", "../shared/peer/bench_lightly.py")), data);

    /// <summary>What the script measures now; null where it cannot run.</summary>
    /// <param name="threads">Threads of torch.</param>
    /// <param name="arguments">What the script is to do.</param>
    /// <exception cref="InvalidOperationException">It fails after it had succeeded.</exception>
    public async Task<double?> TryMeasureAsync(int threads, params string[] arguments)
    {
        if (Reason is not null)
        {
            return null;
        }

        var (code, output, errors) = await RunAsync(threads, arguments);
        var found = Figure().Match(output.Trim().Split('\n')[^1]);
        if (code == 0 && found.Success)
        {
            _hasMeasured = true;
            return double.Parse(found.Groups["value"].Value, CultureInfo.InvariantCulture);
        }

        if (_hasMeasured)
        {
            throw new InvalidOperationException($"The peer failed: {output}{errors}");
        }

        Reason = $"{errors.Trim().Split('\n')[^1]}; Debian's python3-torch, python3-torchvision and libopenblas0-pthread have torch, "
            + "--lightly names a folder with lightly's source";
        return null;
    }

    private async Task<(int Code, string Output, string Errors)> RunAsync(int threads, string[] arguments)
    {
        var start = new ProcessStartInfo(_python, [_script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["PYTHONPATH"] = _source;
        start.Environment["DATA"] = _data;
        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        start.Environment["OPENBLAS_NUM_THREADS"] = $"{threads}";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    [GeneratedRegex(@"(^|: )(?<value>[0-9.]+)( (images|views)/s.*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Figure();
}
