using System.Diagnostics;
using System.Text.Json;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Protocol.Tasks;

namespace LightlyCluster.Client.Local;

/// <summary>Runs what computes in a worker process: this program never loads libtorch.</summary>
/// <remarks>
/// The first Ctrl-C asks the process to end in order, the second ends it. It also ends when this process does, whose end of its
/// standard input closes then.
/// </remarks>
internal sealed class TaskProcess
{
    private const int LastLinesMaximum = 5;

    private static readonly TimeSpan SpeedAfter = TimeSpan.FromMilliseconds(200);

    private readonly ProgressLine _progress;
    private readonly TimeProvider _clock;
    private readonly Interruption _interruption;
    private readonly Queue<string> _lastLines = new();

    /// <summary>Prepares to run tasks.</summary>
    /// <param name="terminal">Receives messages and progress.</param>
    /// <param name="clock">Gives the time.</param>
    /// <param name="interruption">Ctrl-C.</param>
    public TaskProcess(Terminal terminal, TimeProvider clock, Interruption interruption)
    {
        _progress = new ProgressLine(terminal, clock);
        _clock = clock;
        _interruption = interruption;
    }

    /// <summary>Runs a task to its end.</summary>
    /// <typeparam name="TRequest">A record of Protocol/Tasks.</typeparam>
    /// <typeparam name="TResult">A record of Protocol/Tasks.</typeparam>
    /// <param name="name">Name of the task, as the worker knows it.</param>
    /// <param name="request">What is asked for; paths are full.</param>
    /// <param name="threads">Threads of the tensor library.</param>
    /// <exception cref="CommandException">The task failed; the message and the exit code are its own.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C.</exception>
    public async Task<TResult> RunAsync<TRequest, TResult>(string name, TRequest request, int threads = 1)
    {
        using var process = Start(name, threads);
        await using var terminate = _interruption.Leave.Register(() => Signals.SendTerminate(process.Id));
        await using var kill = _interruption.LeaveNow.Register(process.Kill);
        var errors = ReadErrorsAsync(process.StandardError);
        await SendAsync(process.StandardInput, request);
        var last = await FollowAsync(process.StandardOutput);
        await errors;
        await process.WaitForExitAsync();
        _progress.Finish();
        _interruption.Leave.ThrowIfCancellationRequested();
        if (last?.Result is { } result)
        {
            return result.Deserialize<TResult>(TaskJson.Options)!;
        }

        throw last?.Failure is { } failure
            ? new CommandException((ExitCode)failure.ExitCode, failure.Message)
            : new CommandException(
                ExitCode.Failure,
                $"The worker process ended with exit code {process.ExitCode} instead of a result. {string.Join('\n', _lastLines)}".TrimEnd());
    }

    private static Process Start(string name, int threads)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments = ["-c", "trap '' INT; exec \"$@\"", "lightly", ProgramLocator.Host(), ProgramLocator.Find("Worker"), "task", name];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["OMP_NUM_THREADS"] = $"{threads}";
        start.Environment["OMP_WAIT_POLICY"] = "PASSIVE";
        return Process.Start(start) ?? throw new CommandException(ExitCode.Failure, "The worker process cannot be started");
    }

    // A process that ends before it has read its request says why in its output.
    private static async Task SendAsync<TRequest>(StreamWriter input, TRequest request)
    {
        try
        {
            await input.WriteLineAsync(JsonSerializer.Serialize(request, TaskJson.Options));
            await input.FlushAsync();
        }
        catch (IOException)
        {
            // Told by FollowAsync.
        }
    }

    private async Task<TaskMessage?> FollowAsync(StreamReader output)
    {
        TaskMessage? last = null;
        var began = _clock.GetTimestamp();
        var activity = "";
        while (await output.ReadLineAsync() is { } line)
        {
            var message = line.StartsWith('{') ? JsonSerializer.Deserialize<TaskMessage>(line, TaskJson.Options) : null;
            if (message?.Progress is { } progress)
            {
                began = progress.Activity == activity ? began : _clock.GetTimestamp();
                activity = progress.Activity;
                _progress.Show(Format(progress, _clock.GetElapsedTime(began)), progress.Done == progress.Total);
            }
            else if (message?.Say is { } text)
            {
                _progress.Say(text);
            }

            last = message ?? last;
        }

        return last;
    }

    /// <summary>The line: activity, how many of how many, how many a second, time left.</summary>
    internal static string Format(TaskProgress progress, TimeSpan elapsed)
    {
        var speed = elapsed >= SpeedAfter ? progress.Done / elapsed.TotalSeconds : 0;
        var rate = speed > 0 ? $"  {speed:0.#} {progress.Unit}/s" : "";
        if (progress.Total <= 0)
        {
            return $"{progress.Activity} {progress.Done} {progress.Unit}{rate}";
        }

        var left = speed > 0 ? TimeSpan.FromSeconds((progress.Total - progress.Done) / speed) : (TimeSpan?)null;
        var time = left is { } known ? $"  ETA {(int)known.TotalHours}:{known:mm\\:ss}" : "";
        return $"{progress.Activity} {progress.Done}/{progress.Total} {progress.Unit}{rate}{time}";
    }

    private async Task ReadErrorsAsync(StreamReader errors)
    {
        while (await errors.ReadLineAsync() is { } line)
        {
            _lastLines.Enqueue(line);
            if (_lastLines.Count > LastLinesMaximum)
            {
                _lastLines.Dequeue();
            }
        }
    }
}
