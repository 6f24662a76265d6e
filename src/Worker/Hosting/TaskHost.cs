using System.Runtime.InteropServices;
using System.Text.Json;
using LightlyCluster.SelfSupervised;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Datasets.Storage;
using LightlyCluster.Worker.Tasks.Local;

namespace LightlyCluster.Worker.Hosting;

/// <summary>Runs one task of the client and ends. See <see cref="Protocol.Tasks.TaskMessage"/> for what goes in and out.</summary>
internal static class TaskHost
{
    /// <summary>First word of the command line of a task.</summary>
    public const string Word = "task";

    private const int Failure = 1;
    private const int Usage = 2;
    private const int Unavailable = 4;
    private const int Permission = 5;
    private const int Interrupted = 130;

    /// <summary>Runs a task: its name is the only argument, its request the first line of the input.</summary>
    /// <returns>Exit code, the same as in the failure that is written.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var name] || LocalTasks.Find(name) is not { } task)
        {
            await Console.Error.WriteLineAsync($"Worker task: name one of {string.Join(", ", LocalTasks.Names)}.");
            return Usage;
        }

        TorchRuntime.EnsureLoaded();

        // Source and reader live as long as the process: a read of the input cannot be called back.
        var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            stop.Cancel();
        });
        var reader = new StreamReader(Console.OpenStandardInput());
        var request = await reader.ReadLineAsync(stop.Token) ?? "";
#pragma warning disable CA2025 // See above.
        _ = CancelAtEndAsync(reader, stop);
#pragma warning restore CA2025

        // Whatever a native library prints must not come between the lines of the report.
        var report = new TaskReport(Console.Out, TimeProvider.System);
        Console.SetOut(Console.Error);
        return await RunAsync(task, request, report, stop.Token);
    }

    /// <summary>Runs a task and turns every error into one message and an exit code.</summary>
    internal static async Task<int> RunAsync(LocalTask task, string request, TaskReport report, CancellationToken cancellationToken)
    {
        try
        {
            report.Finish(await task.RunAsync(request, report, cancellationToken));
            return 0;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Fail(report, Interrupted, "Interrupted.");
        }
        catch (TaskException error)
        {
            return Fail(report, error.ExitCode, error.Message);
        }
        catch (Exception error) when (error is DatasetException or CheckpointException or JsonException)
        {
            return Fail(report, Usage, error.Message);
        }
        catch (UnauthorizedAccessException error)
        {
            return Fail(report, Permission, error.Message);
        }
        catch (StorageUnavailableException error)
        {
            return Fail(report, Unavailable, error.Message);
        }
        catch (IOException error)
        {
            return Fail(report, Failure, error.Message);
        }
#pragma warning disable CA1031 // The top of the task: whatever it is ends the task with a message, not the process with a dump.
        catch (Exception error)
#pragma warning restore CA1031
        {
            return FailUnexpectedly(report, error);
        }
    }

    // Not a mistake of the user's, then; the client shows the message, the details are on the standard error.
    private static int FailUnexpectedly(TaskReport report, Exception error)
    {
        Console.Error.WriteLine(error);
        return Fail(report, Failure, $"The task failed unexpectedly ({error.GetType().Name}): {error.Message}");
    }

    private static int Fail(TaskReport report, int exitCode, string message)
    {
        report.Fail(exitCode, message);
        return exitCode;
    }

    // The client keeps the input open while it lives.
    private static async Task CancelAtEndAsync(StreamReader reader, CancellationTokenSource stop)
    {
        var buffer = new char[64];
        while (await reader.ReadAsync(buffer, CancellationToken.None) > 0)
        {
            // What else is written is of no meaning.
        }

        await stop.CancelAsync();
    }
}
