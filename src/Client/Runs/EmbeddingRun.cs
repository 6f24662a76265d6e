using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Runs;

/// <summary>Runs an embedding job to its end: on a fleet of processes of this machine, or on a server.</summary>
/// <remarks>
/// Finished blocks stay in the plan's folder until the file is written: the same command goes on where an interrupted one ended.
/// </remarks>
internal sealed class EmbeddingRun(Terminal terminal, TimeProvider clock, Interruption interruption)
{
    private const string JobName = "embed";
    private const string LogName = "embed.log";

    private readonly ProgressLine _progress = new(terminal, clock);
    private readonly long _began = clock.GetTimestamp();
    private TrainingJob? _job;
    private long _blockCount;
    private long? _firstBlockAt;
    private TimeSpan _firstBlockTook;
    private long _lastBlockAt;

    /// <summary>Runs on a fleet of this machine.</summary>
    /// <exception cref="CommandException">The fleet did not start.</exception>
    public async Task<EmbeddingResult> RunLocallyAsync(EmbeddingPlan plan)
    {
        Directory.CreateDirectory(plan.Folder);
        FleetRecord.RequireUnused(plan.Folder);
        RemoveStore(plan.Folder);
        try
        {
            var result = await RunFleetAsync(plan);
            Clean(plan.Folder, result);
            return result;
        }
        catch (Exception exception) when (exception is CommandException or CoordinatorException or OperationCanceledException)
        {
            RemoveIfWithoutBlocks(plan.Folder);
            throw;
        }
    }

    /// <summary>Runs on a server.</summary>
    /// <exception cref="CoordinatorException">The server cannot be reached or refuses the job.</exception>
    /// <exception cref="OperationCanceledException">Ctrl-C: the job goes on.</exception>
    public async Task<EmbeddingResult> RunOnServerAsync(JobSpecification specification, LightlyClient client)
    {
        var job = await client.CreateAsync(JobName, JobSpecificationMapping.ToWire(specification), interruption.Leave);
        try
        {
            return Conclude(await client.FollowAsync(job.Id, 1, Receive, interruption.Leave));
        }
        catch (OperationCanceledException)
        {
            _progress.Finish();
            terminal.Say($"Detached; {job.Id} goes on. Look again with: lightly watch {job.Id}");
            throw;
        }
    }

    private async Task<EmbeddingResult> RunFleetAsync(EmbeddingPlan plan)
    {
        var options = new FleetOptions
        {
            Folder = plan.Folder,
            LogName = LogName,
            Results = plan.Folder,
            Workers = plan.Workers,
            Threads = plan.Specification.Resources.Threads,
            Redis = plan.Redis,
            DataMemory = "256m",
        };
        await using var fleet = new LocalFleet(options, _progress.Say, clock);
        await using var killer = interruption.LeaveNow.Register(fleet.Kill);
        await fleet.StartAsync(interruption.Leave);
        using var client = new LightlyClient(fleet.Server, null, clock);
        var job = await client.CreateAsync(JobName, JobSpecificationMapping.ToWire(plan.Specification), interruption.Leave);
        return Conclude(await FollowAsync(client, job.Id, fleet));
    }

    private async Task<TrainingJob> FollowAsync(LightlyClient client, string id, LocalFleet fleet)
    {
        var follow = client.FollowAsync(id, 1, Receive, interruption.LeaveNow);
        var leave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = interruption.Leave.Register(leave.SetResult);
        var first = await Task.WhenAny(follow, leave.Task, fleet.Lost);
        if (first == leave.Task)
        {
            _progress.Say("Interrupted: finished blocks are kept (Ctrl-C again drops everything)");
            await client.PauseAsync(id, interruption.LeaveNow);
        }
        else if (first == fleet.Lost)
        {
            await client.CancelAsync(id, await fleet.Lost, interruption.LeaveNow);
        }

        return await follow;
    }

    private void Receive(WatchTrainingJobResponse happened)
    {
        switch (happened.EventCase)
        {
            case WatchTrainingJobResponse.EventOneofCase.Job:
                _job = happened.Job;
                break;
            case WatchTrainingJobResponse.EventOneofCase.Step:
                AddBlock(happened.Step);
                break;
            case WatchTrainingJobResponse.EventOneofCase.Log when happened.Log.Level is "warning" or "error":
                _progress.Say($"{happened.Log.Worker}: {happened.Log.Text}");
                break;
        }
    }

    private void AddBlock(StepMetrics block)
    {
        _blockCount++;
        _lastBlockAt = clock.GetTimestamp();
        if (_firstBlockAt is null)
        {
            _firstBlockAt = _lastBlockAt;
            _firstBlockTook = TimeSpan.FromSeconds(block.Seconds);
        }

        var total = _job?.StepsTotal ?? 0;
        var speed = BlocksPerSecond();
        var images = speed * (_job?.Spec.Embed.BlockImages ?? 0);
        var remaining = speed > 0 ? TimeSpan.FromSeconds(Math.Max(0, total - block.Step) / speed) : (TimeSpan?)null;
        var left = remaining is { } time ? $"{(int)time.TotalHours}:{time:mm\\:ss}" : "-";
        _progress.Show($"embedding {block.Step}/{total} blocks  {images:0} images/s  {block.WorkerCount} workers  ETA {left}", block.Step == total);
    }

    private double BlocksPerSecond()
    {
        // From the start of the first block: blocks that end together are told of together.
        var seconds = _firstBlockAt is { } first ? (clock.GetElapsedTime(first, _lastBlockAt) + _firstBlockTook).TotalSeconds : 0;
        return seconds > 0 ? _blockCount / seconds : 0;
    }

    private EmbeddingResult Conclude(TrainingJob job)
    {
        _progress.Finish();
        var found = job.Result.Embedding ?? new EmbeddingRecord();
        var run = RunResultFactory.Create(job, [], 0, clock.GetElapsedTime(_began).TotalSeconds);
        return new(
            run.State, run.Reason, found.Uri, job.Result.ImageCount, found.ImageCount, found.Dimension, found.Digest, job.Step, job.StepsTotal,
            Math.Round(BlocksPerSecond() * job.Spec.Embed.BlockImages, 2), run.WallSeconds, run.Workers, run.Recoveries, run.BadFiles);
    }

    private static void Clean(string folder, EmbeddingResult result)
    {
        // What is wrong with data or weights stays wrong: blocks are kept for another try only where that can help.
        if (result.State == nameof(JobState.Succeeded) || result.Reason.StartsWith("Invalid", StringComparison.Ordinal))
        {
            Directory.Delete(folder, recursive: true);
            return;
        }

        RemoveIfWithoutBlocks(folder);
    }

    private static void RemoveIfWithoutBlocks(string folder)
    {
        if (Directory.Exists(folder) && Directory.GetFiles(folder, "block-*").Length == 0)
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RemoveStore(string folder)
    {
        var store = Path.Combine(folder, OutputFiles.Store);
        if (Directory.Exists(store))
        {
            Directory.Delete(store, recursive: true);
        }
    }
}
