using System.Globalization;

namespace LightlyCluster.Client.Local;

/// <summary>Store, coordinator and workers as processes of this machine, for as long as this object lives.</summary>
/// <remarks>
/// A dead worker is not restarted while others live: the job goes on without it. The last one is restarted up to
/// three times, as is the coordinator, whose truth is in the store.
/// </remarks>
internal sealed class LocalFleet : IAsyncDisposable
{
    private const int RestartsMaximum = 3;
    private const string WorkerPrefix = "worker-";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan EndTimeout = TimeSpan.FromSeconds(8);

    private readonly FleetOptions _options;
    private readonly Action<string> _say;
    private readonly TimeProvider _clock;
    private readonly RunLog _log;
    private readonly Lock _lock = new();
    private readonly List<FleetProcess> _processes = [];
    private readonly List<Task> _watches = [];
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _meta = "";
    private string _data = "";
    private string _listen = "";
    private string _http = "";
    private int _workerRestarts;
    private int _coordinatorRestarts;
    private bool _isStopping;

    /// <summary>Prepares a fleet; <see cref="StartAsync"/> starts it.</summary>
    /// <param name="options">What it consists of; the folder exists.</param>
    /// <param name="say">Receives messages for people.</param>
    /// <param name="clock">Gives the time.</param>
    public LocalFleet(FleetOptions options, Action<string> say, TimeProvider clock)
    {
        _options = options;
        _say = say;
        _clock = clock;
        _log = new RunLog(Path.Combine(options.Folder, options.LogName), clock);
    }

    /// <summary>Address of the coordinator, once started.</summary>
    public string Server { get; private set; } = "";

    /// <summary>Address of the dashboard, once started.</summary>
    public string Dashboard { get; private set; } = "";

    /// <summary>The log of all processes.</summary>
    public RunLog Log => _log;

    /// <summary>Completes with a sentence when the fleet cannot go on: no worker, no store or no coordinator is left.</summary>
    public Task<string> Lost => _lost.Task;

    /// <summary>Starts the processes and waits for store and coordinator.</summary>
    /// <exception cref="CommandException">One of them did not start; the message holds its last lines.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_options.Redis.Length > 0)
        {
            await RedisProbe.RequireAsync(_options.Redis, cancellationToken);
            _meta = _data = _options.Redis;
        }
        else
        {
            await StartStoreAsync(cancellationToken);
        }

        (_listen, _http) = (_options.Listen, _options.Http);
        await StartCoordinatorAsync(cancellationToken);
        for (var i = 0; i < _options.Workers; i++)
        {
            StartWorker(i);
        }
    }

    /// <summary>Ends every process at once.</summary>
    public void Kill()
    {
        lock (_lock)
        {
            _isStopping = true;
            _processes.ForEach(process => process.Kill());
        }
    }

    /// <summary>Asks every process to end, workers first, and ends those that do not.</summary>
    public async ValueTask DisposeAsync()
    {
        FleetProcess[] processes;
        lock (_lock)
        {
            _isStopping = true;
            processes = [.. _processes];
        }

        foreach (var role in new[] { "worker", "coordinator", "store" })
        {
            await EndAsync([.. processes.Where(process => process.Role == role)]);
        }

        await Task.WhenAll(_watches);
        Array.ForEach(processes, process => process.Dispose());
        _log.Dispose();
        File.Delete(Path.Combine(_options.Folder, OutputFiles.Fleet));
    }

    private async Task EndAsync(FleetProcess[] processes)
    {
        Array.ForEach(processes, process => process.Terminate());
        try
        {
            await Task.WhenAll(processes.Select(process => process.Exited)).WaitAsync(EndTimeout, _clock);
        }
        catch (TimeoutException)
        {
            Array.ForEach(processes, process => process.Kill());
        }

        await Task.WhenAll(processes.Select(process => process.Exited));
    }

    private async Task StartStoreAsync(CancellationToken cancellationToken)
    {
        var folder = Path.Combine(_options.Folder, OutputFiles.Store);
        var store = Add(FleetProcess.Start(
            "store",
            "store",
            ["--directory", folder, "--meta-memory", "256m", "--data-memory", _options.DataMemory],
            new Dictionary<string, string>(),
            _log));
        var words = (await WaitReadyAsync(store, cancellationToken)).Split(' ');
        _meta = words.Single(word => word.StartsWith("meta=", StringComparison.Ordinal))["meta=".Length..];
        _data = words.Single(word => word.StartsWith("data=", StringComparison.Ordinal))["data=".Length..];
    }

    private async Task StartCoordinatorAsync(CancellationToken cancellationToken)
    {
        var coordinator = Add(FleetProcess.Start(
            "coordinator",
            "coordinator",
            ["--listen", _listen, "--results", _options.Results, "--http", _http, .. _options.Security.CoordinatorArguments()],
            new Dictionary<string, string>(_options.Security.CoordinatorEnvironment().Select(pair => KeyValuePair.Create(pair.Name, pair.Value)))
            {
                // Not as arguments: options of a Redis server may hold a password.
                ["Coordinator__Meta"] = _meta,
                ["Coordinator__Data"] = _data,
            },
            _log));
        var address = new Uri(await WaitReadyAsync(coordinator, cancellationToken));
        Dashboard = coordinator.Dashboard;
        _listen = $"{address.Host}:{address.Port}";
        _http = Dashboard.Length > 0 ? new Uri(Dashboard).Authority : _http;
        Server = address.Host is "0.0.0.0" or "[::]" ? $"{address.Scheme}://127.0.0.1:{address.Port}" : address.GetLeftPart(UriPartial.Authority);
    }

    private void StartWorker(int index)
    {
        var (id, threads) = ($"{WorkerPrefix}{index}", $"{_options.Threads}");
        var environment = new Dictionary<string, string>(_options.Security.WorkerEnvironment().Select(pair => KeyValuePair.Create(pair.Name, pair.Value)))
        {
            ["OMP_NUM_THREADS"] = threads,
            ["OMP_WAIT_POLICY"] = "PASSIVE",

            // Decoding threads would each keep memory of their own; with few arenas a worker's size stays where it is.
            ["MALLOC_ARENA_MAX"] = "2",

            // What a step frees, the next one takes again: given back to the system, every page of it would be cleared anew.
            ["MALLOC_MMAP_THRESHOLD_"] = "1073741824",
            ["MALLOC_TRIM_THRESHOLD_"] = "1073741824",
        };
        if (LocalGpus.Of(index, LocalGpus.Find(Environment.GetEnvironmentVariable(LocalGpus.Variable), LocalGpus.DriverFolder)) is { } gpu)
        {
            environment[LocalGpus.Variable] = gpu;
        }

        Add(FleetProcess.Start("worker", id, ["--coordinator", Server, "--id", id], environment, _log));
    }

    private FleetProcess Add(FleetProcess process)
    {
        lock (_lock)
        {
            _processes.Add(process);
            _watches.Add(WatchAsync(process));
            WriteRecord();
        }

        return process;
    }

    private async Task<string> WaitReadyAsync(FleetProcess process, CancellationToken cancellationToken)
    {
        try
        {
            var text = await process.Ready.WaitAsync(StartTimeout, _clock, cancellationToken);
            return text.Length > 0 ? text : throw await StartErrorAsync(process);
        }
        catch (TimeoutException exception)
        {
            var message = $"The {process.Role} is not ready after {StartTimeout.TotalSeconds:0} s. {process.LastLines}";
            throw new CommandException(ExitCode.Unavailable, message, exception);
        }
    }

    private static async Task<CommandException> StartErrorAsync(FleetProcess process)
    {
        var code = (ExitCode)await process.Exited;
        var lines = process.LastLines;
        return code is ExitCode.Usage or ExitCode.Unavailable or ExitCode.Permission or ExitCode.Precondition && lines.Length > 0
            ? new CommandException(code, lines)
            : new CommandException(ExitCode.Failure, $"The {process.Role} ended with exit code {(int)code} instead of starting. {lines}".TrimEnd());
    }

    private async Task WatchAsync(FleetProcess process)
    {
        var code = await process.Exited;
        var isAlone = false;
        lock (_lock)
        {
            if (_isStopping)
            {
                return;
            }

            _processes.Remove(process);
            WriteRecord();
            isAlone = _processes.TrueForAll(other => other.Role != process.Role);
        }

        var how = code > 128 ? $"was ended by signal {code - 128}" : $"ended with exit code {code}";
        if (process.Role == "worker")
        {
            _say($"{process.Id} (process {process.ProcessId}) {how}{(isAlone ? "" : "; the others go on")}");
        }

        if (isAlone && process.Ready.IsCompletedSuccessfully)
        {
            await ReplaceAsync(process, how);
        }
    }

    private async Task ReplaceAsync(FleetProcess process, string how)
    {
        switch (process.Role)
        {
            case "worker" when ++_workerRestarts <= RestartsMaximum:
                _say($"It was the last worker; starting it again ({_workerRestarts} of {RestartsMaximum})");
                StartWorker(int.Parse(process.Id[WorkerPrefix.Length..], CultureInfo.InvariantCulture));
                break;
            case "worker":
                _lost.TrySetResult($"the last worker {how} and was started again {RestartsMaximum} times already. {process.LastLines}".TrimEnd());
                break;
            case "coordinator" when Server.Length > 0 && ++_coordinatorRestarts <= RestartsMaximum:
                _say($"The coordinator {how}; starting it again ({_coordinatorRestarts} of {RestartsMaximum})");
                await RestartCoordinatorAsync();
                break;
            case "coordinator" when Server.Length > 0:
                _lost.TrySetResult($"the coordinator {how}. {process.LastLines}".TrimEnd());
                break;
            case "store":
                _lost.TrySetResult($"the store {how}. {process.LastLines}".TrimEnd());
                break;
        }
    }

    private async Task RestartCoordinatorAsync()
    {
        try
        {
            await StartCoordinatorAsync(CancellationToken.None);
        }
        catch (CommandException exception)
        {
            _log.Write("launcher", exception.Message);
        }
    }

    private void WriteRecord() =>
        FleetRecord.Write(_options.Folder, _processes.Select(process => new FleetRecord(process.Role, process.Id, process.ProcessId)));
}
