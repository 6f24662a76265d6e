using Grpc.Core;
using Grpc.Net.Client;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A fleet of real processes: store, coordinator, workers.</summary>
internal sealed class TestFleet : IAsyncDisposable
{
    private readonly List<ChildProcess> _children = [];
    private readonly GrpcChannel _channel;
    private readonly string _address;

    private TestFleet(string folder, TestStore store, ChildProcess coordinator, string address)
    {
        Folder = folder;
        Store = store;
        _address = address;
        Coordinator = coordinator;
        _channel = GrpcChannel.ForAddress(address);
        Jobs = new(_channel);
    }

    public string Folder { get; }

    public TestStore Store { get; }

    public ChildProcess Coordinator { get; private set; }

    public IReadOnlyList<ChildProcess> Workers => _children;

    public TrainingJobService.TrainingJobServiceClient Jobs { get; }

    /// <summary>Starts a store and a coordinator.</summary>
    public static async Task<TestFleet> StartAsync(string folder, string store = TestStore.Embedded)
    {
        var directory = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName())).FullName;
        var running = await TestStore.StartAsync(store, directory);
        var coordinator = StartCoordinator(running, directory, "127.0.0.1:0");
        return new(directory, running, coordinator, await coordinator.ReadyAsync());
    }

    public ChildProcess AddWorker(string id)
    {
        var worker = ChildProcess.StartProject("Worker", "--coordinator", _address, "--id", id, "--device", "cpu", "--plugins", ChildProcess.FolderOf("CustomMethod"));
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

    public async Task RestartCoordinatorAsync(TimeSpan absence)
    {
        await Coordinator.DisposeAsync();
        await Task.Delay(absence);
        Coordinator = StartCoordinator(Store, Folder, new Uri(_address).Authority);
        await Coordinator.ReadyAsync();
    }

    public async Task<TrainingJob> SubmitAsync(TrainingJobSpec spec) =>
        await Jobs.CreateTrainingJobAsync(new() { RequestId = Path.GetRandomFileName(), Spec = spec });

    /// <summary>Follows a job to its end (or pause) and gives its last snapshot and its steps.</summary>
    public async Task<(TrainingJob Job, IReadOnlyList<StepMetrics> Steps)> FollowAsync(
        string id, Func<StepMetrics, Task>? onStep = null, int timeoutSeconds = 60)
    {
        var steps = new List<StepMetrics>();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(timeoutSeconds));
        TrainingJob? job = null;
        while (job is null || job.State is TrainingJob.Types.State.Queued or TrainingJob.Types.State.Running)
        {
            try
            {
                using var watch = Jobs.WatchTrainingJob(new() { Id = id, FromStep = steps.Count == 0 ? 0 : steps[^1].Step + 1 });
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
            catch (RpcException error) when (error.StatusCode is StatusCode.Unavailable)
            {
                await Task.Delay(50, stop.Token);
            }
            catch (Exception error) when (stop.IsCancellationRequested)
            {
                throw new TimeoutException(
                    $"The job did not end in {timeoutSeconds} s; last seen: {job?.State} at step {steps.LastOrDefault()?.Step}.\n"
                    + $"coordinator: {Tail(Coordinator.Said)}\n" + string.Join('\n', _children.Select(child => $"{child.Process.Id}: {Tail(child.Said)}")),
                    error);
            }
        }

        return (job, steps);
    }

    public async ValueTask DisposeAsync()
    {
        _channel.Dispose();
        foreach (var child in _children)
        {
            await child.DisposeAsync();
        }

        await Coordinator.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static ChildProcess StartCoordinator(TestStore store, string folder, string listen) => ChildProcess.StartProject(
        "Coordinator", "--meta", store.Meta, "--data", store.Data, "--listen", listen, "--results", Path.Combine(folder, "jobs"));

    private static string Tail(string text) => text.Length > 3000 ? text[^3000..] : text;
}
