using Grpc.Core;
using Grpc.Net.Client;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A fleet of real processes: store, coordinator, workers.</summary>
internal sealed class TestFleet : IAsyncDisposable
{
    private readonly List<ChildProcess> _children = [];
    private readonly List<ChildProcess> _standby = [];
    private readonly GrpcChannel _channel;
    private readonly string _address;
    private string _addresses;

    private TestFleet(string folder, TestStore store, ChildProcess coordinator, string address)
    {
        Folder = folder;
        Store = store;
        _address = _addresses = address;
        Coordinator = coordinator;
        _channel = GrpcChannel.ForAddress(address);
        Jobs = new(_channel);
    }

    /// <summary>Where the coordinator listens.</summary>
    public string Address => _address;

    public string Folder { get; }

    public TestStore Store { get; }

    public ChildProcess Coordinator { get; private set; }

    public IReadOnlyList<ChildProcess> Workers => _children;

    public TrainingJobService.TrainingJobServiceClient Jobs { get; }

    /// <summary>Variables that coordinator and workers get beside those of the test.</summary>
    public IReadOnlyDictionary<string, string>? Variables { get; private init; }

    /// <summary>Address of the dashboard and of /metrics.</summary>
    public string Dashboard => Coordinator.Said.Split('\n').First(line => line.StartsWith("DASHBOARD ", StringComparison.Ordinal))["DASHBOARD ".Length..].Trim();

    /// <summary>Starts a store and a coordinator.</summary>
    public static async Task<TestFleet> StartAsync(
        string folder, string store = TestStore.Embedded, IReadOnlyDictionary<string, string>? variables = null)
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
        var running = await TestStore.StartAsync(store, directory);
        var coordinator = StartCoordinator(running, directory, "127.0.0.1:0", variables: variables);
        return new(directory, running, coordinator, await coordinator.ReadyAsync()) { Variables = variables };
    }

    /// <summary>Does something once, when a step is committed.</summary>
    public static Func<StepMetrics, Task> At(long step, Func<Task> action)
    {
        var isDone = false;
        return async metrics =>
        {
            if (!isDone && metrics.Step >= step)
            {
                isDone = true;
                await action();
            }
        };
    }

    /// <summary>Does something once, when a step is committed.</summary>
    public static Func<StepMetrics, Task> At(long step, Action action) => At(step, () =>
    {
        action();
        return Task.CompletedTask;
    });

    public ChildProcess AddWorker(string id, string crashPoints = "") => AddWorker(id, _addresses, crashPoints);

    /// <summary>Starts a worker whose ways to the coordinator and to the store can be cut.</summary>
    public ChildProcess AddWorker(string id, TcpProxy coordinator, TcpProxy meta, TcpProxy data) =>
        AddWorker(id, $"http://{coordinator.Address}", "", "--meta", meta.Address, "--data", data.Address);

    private ChildProcess AddWorker(string id, string addresses, string crashPoints, params string[] ways)
    {
        string[] arguments = ["--coordinator", addresses, "--id", id, "--device", "cpu", "--plugins", ChildProcess.FolderOf("CustomMethod"), .. ways];
        var worker = ChildProcess.StartArmedProject("Worker", crashPoints, Variables, arguments);
        _children.Add(worker);
        return worker;
    }

    public void AddWorkers(int count)
    {
        for (var index = 0; index < count; index++)
        {
            AddWorker($"worker-{_children.Count}");
        }
    }

    /// <summary>Starts another coordinator over the same store; workers that come later know both.</summary>
    public async Task<TrainingJobService.TrainingJobServiceClient> AddCoordinatorAsync()
    {
        var coordinator = StartCoordinator(Store, Folder, "127.0.0.1:0");
        _standby.Add(coordinator);
        var address = await coordinator.ReadyAsync();
        _addresses = $"{_addresses},{address}";
        return new(GrpcChannel.ForAddress(address));
    }

    public async Task RestartCoordinatorAsync(TimeSpan absence, string crashPoints = "")
    {
        var dashboard = Dashboard;
        await Coordinator.DisposeAsync();
        await Task.Delay(absence);
        Coordinator = StartCoordinator(Store, Folder, new Uri(_address).Authority, crashPoints, Variables, new Uri(dashboard).Authority);
        await Coordinator.ReadyAsync();
    }

    /// <summary>Starts another coordinator on the same store, with an address of its own.</summary>
    public ChildProcess StartSecondCoordinator() => StartCoordinator(Store, Folder, "127.0.0.1:0");

    /// <summary>Waits until these workers are connected and have no job.</summary>
    public async Task WorkersAreIdleAsync(params string[] ids)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                var answer = await Jobs.ListWorkersAsync(new(), deadline: DateTime.UtcNow.AddSeconds(5));
                if (ids.All(id => answer.Workers.Any(worker => worker.Id == id && worker.Status == "Idle")))
                {
                    return;
                }
            }
            catch (RpcException error) when (IsAway(error))
            {
                // The coordinator is starting.
            }

            if (tries > 1200)
            {
                throw new TimeoutException(
                    $"Workers {string.Join(", ", ids)} were not idle within 60 s.\ncoordinator: {Tail(Coordinator.Said)}\n"
                    + string.Join('\n', _children.TakeLast(3).Select(child => Tail(child.Said))));
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Submits a job, again and again under one request id while the coordinator is away.</summary>
    public async Task<TrainingJob> SubmitAsync(TrainingJobSpec spec)
    {
        var request = new CreateTrainingJobRequest { RequestId = Path.GetRandomFileName(), Spec = spec };
        for (var tries = 0; ; tries++)
        {
            try
            {
                return await Jobs.CreateTrainingJobAsync(request, deadline: DateTime.UtcNow.AddSeconds(5));
            }
            catch (RpcException error) when (IsAway(error) && tries < 200)
            {
                await Task.Delay(100);
            }
        }
    }

    /// <summary>Follows a job to its end (or pause) and gives its last snapshot and its steps.</summary>
    public async Task<(TrainingJob Job, IReadOnlyList<StepMetrics> Steps)> FollowAsync(
        string id, Func<StepMetrics, Task>? onStep = null, int timeoutSeconds = 60, TrainingJobService.TrainingJobServiceClient? client = null)
    {
        var steps = new List<StepMetrics>();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(timeoutSeconds));
        TrainingJob? job = null;
        while (job is null || job.State is TrainingJob.Types.State.Queued or TrainingJob.Types.State.Running)
        {
            try
            {
                using var watch = (client ?? Jobs).WatchTrainingJob(new() { Id = id, FromStep = steps.Count == 0 ? 0 : steps[^1].Step + 1 });
                while (await watch.ResponseStream.MoveNext(stop.Token))
                {
                    job = watch.ResponseStream.Current.Job ?? job;
                    if (watch.ResponseStream.Current.Step is { } step)
                    {
                        steps.Add(step);
                        await (onStep?.Invoke(step) ?? Task.CompletedTask);
                    }
                }
            }
            catch (RpcException error) when (IsAway(error))
            {
                await Task.Delay(50, stop.Token);
            }
            catch (Exception error) when (stop.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"The job did not end in {timeoutSeconds} s; last seen: {job?.State} at step {steps.LastOrDefault()?.Step}.\n"
                    + $"coordinator: {Tail(Coordinator.Said)}\n" + string.Join('\n', _children.Select(child => Tail(child.Said))),
                    error);
            }
        }

        return (job, steps);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        foreach (var child in _children.Concat(_standby))
        {
            await child.DisposeAsync();
        }

        await Coordinator.DisposeAsync();
        await Store.DisposeAsync();
    }

    /// <summary>Nobody there, or (yet) not the leader.</summary>
    private static bool IsAway(RpcException error) =>
        error.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.FailedPrecondition;

    private static ChildProcess StartCoordinator(
        TestStore store, string folder, string listen, string crashPoints = "", IReadOnlyDictionary<string, string>? variables = null,
        string http = "127.0.0.1:0") =>
        ChildProcess.StartArmedProject(
            "Coordinator", crashPoints, variables, "--meta", store.Meta, "--data", store.Data, "--listen", listen, "--http", http,
            "--results", Path.Combine(folder, "jobs"));

    private static string Tail(string text) => text.Length > 3000 ? text[^3000..] : text;
}
