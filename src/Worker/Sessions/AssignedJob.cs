using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Sessions;

/// <summary>The one job that this worker has at a time.</summary>
internal sealed class AssignedJob(JobRunnerFactory factory, WorkerState state) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile Running? _running;

    /// <summary>Identifier of the job; empty for none.</summary>
    public string Id => _running?.Id ?? "";

    /// <summary>Takes part in a job from now on; the one before is dropped.</summary>
    /// <returns>False when this worker already takes part in it.</returns>
    public async Task<bool> StartAsync(AssignJob assignment, IFleetStore store, string incarnation, string numericClass)
    {
        await _gate.WaitAsync();
        try
        {
            if (_running is { Work.IsCompleted: false } running && running.Id == assignment.JobId)
            {
                return false;
            }

            await DropAsync();
            var stop = new CancellationTokenSource();
            var runner = factory.Create(assignment, store, incarnation, numericClass);
            _running = new(assignment.JobId, runner, runner.RunAsync(stop.Token), stop);
            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Drops whatever there is, and keeps what is prepared for when it comes again.</summary>
    public Task StopForNowAsync()
    {
        _running?.Runner.KeepState();
        return StopAsync();
    }

    /// <summary>Drops a job, or whatever there is when <paramref name="job"/> is null.</summary>
    public async Task StopAsync(string? job = null)
    {
        await _gate.WaitAsync();
        try
        {
            if (job is null || _running?.Id == job)
            {
                await DropAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Writes a checkpoint when this worker is the last one that holds the state.</summary>
    public Task PrepareToLeaveAsync() => _running?.Runner.PrepareToLeaveAsync() ?? Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private async Task DropAsync()
    {
        if (_running is { } running)
        {
            await running.Stop.CancelAsync();
            await running.Work;
            running.Stop.Dispose();
            _running = null;
            state.Set("", WorkerStatus.Idle, -1);
        }
    }

    private sealed record Running(string Id, IJobRunner Runner, Task Work, CancellationTokenSource Stop);
}
