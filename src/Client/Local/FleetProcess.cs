using System.Diagnostics;

namespace LightlyCluster.Client.Local;

/// <summary>One process of a local fleet. Its output goes to the log; it ends when its launcher does.</summary>
/// <remarks>
/// It stays in the launcher's process group, so that job control of the shell holds for the whole fleet, and ignores
/// Ctrl-C: what that means is the launcher's decision.
/// </remarks>
internal sealed class FleetProcess : IDisposable
{
    private const string ReadyWord = "READY ";
    private const string DashboardWord = "DASHBOARD ";
    private const int LastLinesMaximum = 5;

    private readonly Process _process;
    private readonly RunLog _log;
    private readonly Queue<string> _lastLines = new();
    private readonly TaskCompletionSource<string> _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private FleetProcess(string role, string id, Process process, RunLog log)
    {
        Role = role;
        Id = id;
        _process = process;
        _log = log;
        ProcessId = process.Id;
        Exited = FollowAsync();
    }

    /// <summary>store, coordinator or worker.</summary>
    public string Role { get; }

    /// <summary>Name within the fleet.</summary>
    public string Id { get; }

    /// <summary>Number of the process.</summary>
    public int ProcessId { get; }

    /// <summary>Completes with the exit code once the process has ended and its output was read; 128 + n after signal n.</summary>
    public Task<int> Exited { get; }

    /// <summary>Completes with what follows the word READY in the process's output; empty when it ended without.</summary>
    public Task<string> Ready => _ready.Task;

    /// <summary>Address of the dashboard, which a coordinator says before it is ready; empty: none.</summary>
    public string Dashboard { get; private set; } = "";

    /// <summary>The last lines that it wrote.</summary>
    public string LastLines
    {
        get
        {
            lock (_lastLines)
            {
                return string.Join('\n', _lastLines);
            }
        }
    }

    /// <summary>Starts a process.</summary>
    /// <param name="role">store, coordinator or worker.</param>
    /// <param name="id">Name within the fleet.</param>
    /// <param name="arguments">Its command line; <c>--parent</c> is added.</param>
    /// <param name="environment">Variables that it gets beside those of the launcher.</param>
    /// <param name="log">Receives its output.</param>
    public static FleetProcess Start(
        string role,
        string id,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string> environment,
        RunLog log)
    {
        var program = ProgramLocator.Find(char.ToUpperInvariant(role[0]) + role[1..]);
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] all = ["-c", "trap '' INT; exec \"$@\"", "lightly", ProgramLocator.Host(), program, .. arguments, "--parent", $"{Environment.ProcessId}"];
        foreach (var argument in all)
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new CommandException(ExitCode.Failure, $"The {role} cannot be started: {program}");
        process.StandardInput.Close();
        log.Write(id, $"started as process {process.Id}");
        return new FleetProcess(role, id, process, log);
    }

    /// <summary>Asks the process to end.</summary>
    public void Terminate()
    {
        if (!Exited.IsCompleted)
        {
            Signals.SendTerminate(ProcessId);
        }
    }

    /// <summary>Ends the process.</summary>
    public void Kill()
    {
        if (!Exited.IsCompleted)
        {
            _process.Kill();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _process.Dispose();

    private async Task<int> FollowAsync()
    {
        await Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
        await _process.WaitForExitAsync();
        _ready.TrySetResult("");
        _log.Write(Id, $"ended with exit code {_process.ExitCode}");
        return _process.ExitCode;
    }

    private async Task ReadAsync(StreamReader reader)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            _log.Write(Id, line);
            lock (_lastLines)
            {
                _lastLines.Enqueue(line);
                if (_lastLines.Count > LastLinesMaximum)
                {
                    _lastLines.Dequeue();
                }
            }

            if (line.StartsWith(DashboardWord, StringComparison.Ordinal))
            {
                Dashboard = line[DashboardWord.Length..].Trim();
            }

            if (line.StartsWith(ReadyWord, StringComparison.Ordinal))
            {
                _ready.TrySetResult(line[ReadyWord.Length..].Trim());
            }
        }
    }
}
