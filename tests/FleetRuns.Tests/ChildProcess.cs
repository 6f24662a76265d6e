using System.Diagnostics;
using System.Text;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A process of the fleet under test, with what it said.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private const int DeathSeconds = 20;

    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool _isDisposed;

    private ChildProcess(Process process) => Process = process;

    public Process Process { get; }

    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Starts a program, armed with crash points where some are named.</summary>
    public static ChildProcess Start(
        string file, IReadOnlyList<string> arguments, string crashPoints = "", IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(file) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        start.Environment["MALLOC_ARENA_MAX"] = "2";
        start.Environment["LIGHTLY_CRASH_POINT"] = crashPoints;
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var child = new ChildProcess(new Process { StartInfo = start });
        child.Process.OutputDataReceived += (_, line) => child.Take(line.Data);
        child.Process.ErrorDataReceived += (_, line) => child.Take(line.Data);
        child.Process.Start();
        child.Process.BeginOutputReadLine();
        child.Process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Whether the process is stopped.</summary>
    public bool IsFrozen => !Process.HasExited && File.ReadAllText($"/proc/{Process.Id}/stat").Contains(") T ", StringComparison.Ordinal);

    public static ChildProcess StartProject(string project, params string[] arguments) => StartArmedProject(project, "", arguments);

    public static ChildProcess StartArmedProject(string project, string crashPoints, params string[] arguments) =>
        StartArmedProject(project, crashPoints, null, arguments);

    /// <summary>Starts a program of the tree, armed with crash points where some are named, with variables of its own.</summary>
    public static ChildProcess StartArmedProject(
        string project, string crashPoints, IReadOnlyDictionary<string, string>? environment, params string[] arguments) =>
        Start("dotnet", [Path.Combine(FolderOf(project), $"LightlyCluster.{project}.dll"), .. arguments], crashPoints, environment);

    /// <summary>Where a project was built to.</summary>
    public static string FolderOf(string project) => Path.GetFullPath(Path.Combine(
        AppContext.BaseDirectory, "..", "..", project, Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory + ".")!)));

    /// <summary>What follows READY in the line that the process prints when it is up.</summary>
    public Task<string> ReadyAsync() => _ready.Task.WaitAsync(TimeSpan.FromSeconds(30));

    /// <summary>Waits until the process has said something.</summary>
    public async Task SaysAsync(string text)
    {
        for (var tries = 0; !Said.Contains(text, StringComparison.Ordinal); tries++)
        {
            if (tries > 600)
            {
                throw new TimeoutException($"The process did not say '{text}' in 30 s. It said: {Said}");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Waits until the process has died as a crash point lets it: by SIGKILL (128 + 9), or by another signal.</summary>
    public async Task DiesAsync(string where, int exitCode = 137)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(DeathSeconds));
        try
        {
            await Process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException($"The process did not die at '{where}' in {DeathSeconds} s. It said: {Said}", error);
        }

        if (Process.ExitCode != exitCode)
        {
            throw new InvalidOperationException($"The process ended with {Process.ExitCode} instead of dying at '{where}': {Said}");
        }
    }

    /// <summary>Waits until the process has been stopped by SIGSTOP, as a crash point does.</summary>
    public async Task FreezesAsync(string where, int seconds = 60)
    {
        for (var tries = 0; !IsFrozen; tries++)
        {
            if (tries > seconds * 50)
            {
                throw new TimeoutException($"The process did not freeze at '{where}' in {seconds} s. It said: {Said}");
            }

            await Task.Delay(20);
        }
    }

    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Process.Id}"]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (!Process.HasExited)
        {
            Process.Kill(entireProcessTree: true);
            await Process.WaitForExitAsync();
        }

        Process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is null)
        {
            _ready.TrySetException(new InvalidOperationException($"The process ended before it was ready. It said: {Said}"));
            return;
        }

        lock (_said)
        {
            _said.AppendLine(line);
        }

        if (line.StartsWith("READY ", StringComparison.Ordinal))
        {
            _ready.TrySetResult(line["READY ".Length..]);
        }
    }
}
