using System.Text.Json;
using LightlyCluster.Client.JobFiles;
using LightlyCluster.Client.Local;
using LightlyCluster.Client.Rendering;
using LightlyCluster.Client.Server;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.Connections;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Client.Runs;

/// <summary>Runs one job to its end on a fleet of processes of this machine, and leaves its files in the output folder.</summary>
internal sealed class TrainingRun
{
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(10);

    private readonly RunPlan _plan;
    private readonly ProgressLine _progress;
    private readonly TimeProvider _clock;
    private readonly Interruption _interruption;
    private string _lost = "";

    /// <summary>Prepares a run.</summary>
    /// <param name="plan">What to run.</param>
    /// <param name="terminal">Receives messages and progress.</param>
    /// <param name="clock">Gives the time.</param>
    /// <param name="interruption">Ctrl-C: the first one pauses the job, the second one drops everything.</param>
    public TrainingRun(RunPlan plan, Terminal terminal, TimeProvider clock, Interruption interruption)
    {
        _plan = plan;
        _progress = new ProgressLine(terminal, clock);
        _clock = clock;
        _interruption = interruption;
    }

    /// <summary>Runs the job.</summary>
    /// <returns>The result, which is also in the output folder, and the exit code.</returns>
    /// <exception cref="CommandException">The fleet did not start; a folder made for this run is removed again.</exception>
    public async Task<RunOutcome> RunAsync()
    {
        var folder = _plan.Folder;
        folder.RemoveStore();
        var rows = _plan.IsResume ? MetricsFile.CutBack(folder.PathOf(OutputFiles.Metrics), _plan.FirstStep) : [];
        await File.WriteAllTextAsync(folder.PathOf(OutputFiles.Job), JobFileWriter.Write(_plan.Name, _plan.Specification));
        try
        {
            var outcome = await RunFleetAsync(rows);
            if (outcome.Result.State != nameof(JobState.Paused))
            {
                folder.RemoveStore();
            }

            return await FinishAsync(outcome);
        }
        catch (Exception exception) when (exception is CommandException or CoordinatorException or OperationCanceledException)
        {
            if (!_plan.IsResume && MetricsFile.Read(folder.PathOf(OutputFiles.Metrics)).Count == 0)
            {
                folder.Undo();
            }

            throw;
        }
    }

    private async Task<RunOutcome> RunFleetAsync(IReadOnlyList<MetricsRow> rows)
    {
        await using var fleet = new LocalFleet(FleetOptions(), _progress.Say, _clock);
        await using var killer = _interruption.LeaveNow.Register(fleet.Kill);
        await fleet.StartAsync(_interruption.Leave);
        if (fleet.Dashboard.Length > 0)
        {
            _progress.Say($"Watch it in a browser: {fleet.Dashboard}");
        }

        using var client = new LightlyClient(fleet.Server, null, _clock);
        var specification = JobSpecificationMapping.ToWire(_plan.Specification);
        var job = await client.CreateAsync(_plan.Name, specification, _interruption.Leave);
        using var recorder = new RunRecorder(
            rows, _plan.Folder.PathOf(OutputFiles.Metrics), fleet.Log, _progress, _plan.Specification.StepImages);
        var ended = await FollowAsync(client, job.Id, recorder, fleet);
        _progress.Finish();
        await DeleteAsync(client, job.Id);
        var seconds = _clock.GetElapsedTime(_plan.Began).TotalSeconds;
        return Conclude(RunResultFactory.Create(ended, recorder.Rows, _plan.FirstStep, seconds), ended.Reason);
    }

    private FleetOptions FleetOptions() => new()
    {
        Folder = _plan.Folder.Path,
        Results = _plan.Folder.Path,
        Workers = _plan.Workers,
        Threads = _plan.Specification.Resources.Threads,
        Redis = _plan.Redis,
        DataMemory = StoreMemory.Of(_plan.Specification, _plan.Workers),
    };

    private async Task<TrainingJob> FollowAsync(LightlyClient client, string id, RunRecorder recorder, LocalFleet fleet)
    {
        var follow = client.FollowAsync(id, _plan.FirstStep + 1, recorder.Receive, _interruption.LeaveNow);
        var leave = WhenCancelledAsync(_interruption.Leave);
        var first = await Task.WhenAny(follow, leave, fleet.Lost);
        if (first == leave)
        {
            _progress.Say("Interrupted: writing a checkpoint (Ctrl-C again drops everything)");
            await client.PauseAsync(id, _interruption.LeaveNow);
            first = await Task.WhenAny(follow, fleet.Lost);
        }

        if (first == fleet.Lost)
        {
            _lost = await fleet.Lost;
            _progress.Say($"The job cannot go on: {_lost}");
            await client.CancelAsync(id, _lost, _interruption.LeaveNow);
        }

        return await follow;
    }

    // What cannot be deleted any more because the coordinator is gone lives in the store, which ends with this run too.
    private async Task DeleteAsync(LightlyClient client, string id)
    {
        using var limit = new CancellationTokenSource(LeaveTimeout, _clock);
        try
        {
            await client.DeleteAsync(id, limit.Token);
        }
        catch (Exception exception) when (exception is CommandException or CoordinatorException or OperationCanceledException)
        {
            _progress.Say($"The record of job {id} stays in the store: {exception.Message}");
        }
    }

    private RunOutcome Conclude(RunResult result, string reason)
    {
        if (_lost.Length > 0 && result.State != nameof(JobState.Succeeded))
        {
            return new RunOutcome(result with { State = nameof(JobState.Failed), Reason = $"FleetLost: {_lost}" }, ExitCode.JobFailed);
        }

        return new RunOutcome(result, result.State switch
        {
            nameof(JobState.Succeeded) => ExitCode.Success,
            nameof(JobState.Paused) => _interruption.Leave.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Success,
            nameof(JobState.Cancelled) => ExitCode.JobCancelled,
            _ => reason.StartsWith("Invalid", StringComparison.Ordinal) ? ExitCode.Usage : ExitCode.JobFailed,
        });
    }

    private async Task<RunOutcome> FinishAsync(RunOutcome outcome)
    {
        var folder = _plan.Folder;
        var isFailed = outcome.Result.State is nameof(JobState.Failed) or nameof(JobState.Cancelled);
        if (isFailed && outcome.Result.Steps == _plan.FirstStep && !_plan.IsResume)
        {
            folder.Undo();
            return outcome;
        }

        var json = JsonSerializer.Serialize(outcome.Result, RunJson.Indented);
        await File.WriteAllTextAsync(folder.PathOf(OutputFiles.Result), json + "\n");
        LossPlot.Save(folder.Path, outcome.Result.Method, MetricsFile.Read(folder.PathOf(OutputFiles.Metrics)));
        EmbeddingPlot.Save(folder.Path, folder.PathOf(OutputFiles.Evaluation));
        return outcome;
    }

    private static async Task WhenCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }
}
