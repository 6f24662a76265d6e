using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Snapshots;
using LightlyCluster.Worker.Tasks;
using LightlyCluster.Worker.Telemetry;
using LightlyCluster.Worker.Transport;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Steps;

/// <summary>Takes part in one job from preparation to its end, following META.</summary>
internal sealed partial class JobRunner(
    JobTicket ticket, ComputationShelf computations, WorkerState state, WorkerTelemetry telemetry, Transports transports, IFleetStore store,
    TimeProvider clock, ILogger<JobRunner> logger)
    : IJobRunner
{
    private static readonly TimeSpan WaitForRoom = TimeSpan.FromSeconds(1);

    private readonly IJobStore _jobs = store.Jobs;
    private FinishTask? _finish;
    private volatile bool _keepsState;
    private bool _wasRunning;

    /// <inheritdoc/>
    public void KeepState() => _keepsState = true;

    /// <summary>Runs until the job has ended for this worker. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            state.Set(ticket.Id, WorkerStatus.Loading, -1);
            var (computation, isKept) = await UntilAnsweredAsync(
                () => computations.TakeAsync(ticket, store, cancellationToken), cancellationToken);
            if (isKept)
            {
                LogGoesOn(ticket.Id, computation.Step);
            }

            var isWhole = false;
            try
            {
                await RunAsync(computation, cancellationToken);
                isWhole = true;
            }
            catch (OperationCanceledException)
            {
                isWhole = true;
                throw;
            }
            finally
            {
                await computations.PutAsync(ticket.Id, computation, isWhole && _keepsState);
            }
        }
        catch (OperationCanceledException)
        {
            // The job was taken back.
        }
        catch (Exception error) when (ReasonOf(error) is { } reason)
        {
            Fail($"{reason}: {error.Message}");
        }
        catch (Exception error) when (IsOutOfMemory(error))
        {
            LogFailed(error, ticket.Id);
            Fail($"OutOfMemory: {error.Message.Split('\n')[0]} Give this worker more memory, or the job more shards (--shards) or a smaller batch.");
        }
#pragma warning disable CA1031 // The top of the loop: whatever it is costs this worker the job, and is said.
        catch (Exception error)
#pragma warning restore CA1031
        {
            LogFailed(error, ticket.Id);
            Fail($"WorkerFailed: {error.Message.Split('\n')[0]}");
        }
        finally
        {
            _finish = null;
        }
    }

    /// <summary>Writes a checkpoint when this worker is the last one that holds the state.</summary>
    public async Task PrepareToLeaveAsync()
    {
        var job = await _jobs.ReadAsync(ticket.Id);
        if (_finish is { } finish && job is { State: JobState.Running } && job.Plan.Members is [var only] && only == ticket.Incarnation)
        {
            await finish.CheckpointBesideStepsAsync(job);
        }
    }

    /// <summary>The word for programs that says why a job cannot be carried out here; null for an error that nobody expected.</summary>
    private static string? ReasonOf(Exception error) => error switch
    {
        CorruptImageException or DatasetException => "InvalidData",
        JobSpecificationException => "InvalidSpecification",
        CheckpointException => "InvalidCheckpoint",
        SamplesDifferException => "SamplesDiffer",
        StateMismatchException => "StateMismatch",
        _ => null,
    };

    /// <summary>Memory of the runtime, of libtorch on the CPU ("can't allocate memory") and of a GPU ("CUDA out of memory").</summary>
    private static bool IsOutOfMemory(Exception error) => error is OutOfMemoryException
        || error.Message.Contains("allocate memory", StringComparison.Ordinal) || error.Message.Contains("out of memory", StringComparison.Ordinal);

    private void Fail(string message)
    {
        if (!message.StartsWith("Invalid", StringComparison.Ordinal))
        {
            // What is wrong with the job itself fails it, and its message says so.
            state.Say(ticket.Id, "error", message);
        }

        state.Set(ticket.Id, WorkerStatus.Failed, -1, message);
    }

    private async Task RunAsync(IJobComputation computation, CancellationToken cancellationToken)
    {
        var steps = store.Steps(ticket.Id, ticket.Incarnation);
        await using var payloads = await UntilAnsweredAsync(() => transports.OpenAsync(
            ticket.Id, ticket.Incarnation, ticket.Specification.Sync.Transport, PayloadShape.Of(computation.Shape), store), cancellationToken);
        using var pool = new VectorPool(computation.Shape.Layout.Length, payloads.Memory);
        using var chunkPool = new VectorPool(computation.Shape.Layout.ChunkLength, payloads.Memory);
        using var exchange = new PayloadExchange(steps, payloads, computation.Shape.Codec, chunkPool, ticket.Id, ticket.Incarnation);
        await using var events = await UntilAnsweredAsync(() => _jobs.SubscribeAsync(ticket.Id), cancellationToken);
        payloads.OnArrival(events.Wake);
        var parts = new JobParts(
            ticket, computation, state, _jobs, steps, exchange, new WatchedEvents(events, state), pool, chunkPool, new StepDurations(),
            telemetry, clock);
        await UntilAnsweredAsync(() => InitializeAsync(computation), cancellationToken);
        if (ticket.Specification.Sync.Transport == JobVocabulary.Auto)
        {
            await UntilAnsweredAsync(
                () => new LinkProbe(
                    ticket.Id, ticket.Worker, ticket.Incarnation, store, payloads, transports.NcclReachOf(ticket.Worker), clock).MeasureAsync(), cancellationToken);
        }

        WarnOfLeak(computation.Shape.Specification);

        var applier = new StepApplier(parts);
        _finish = new(computation, applier, _jobs, steps, ticket, telemetry, clock);
        var member = new MemberLoop(parts, applier, _finish, logger);
        try
        {
            await FollowAsync(parts, member, applier, cancellationToken);
        }
        finally
        {
            if (_keepsState)
            {
                await TryReportAsync(applier);
            }

            await UntilAnsweredAsync(() => exchange.ForgetAsync(long.MaxValue), cancellationToken);
        }
    }

    private async Task FollowAsync(JobParts parts, MemberLoop member, StepApplier applier, CancellationToken cancellationToken)
    {
        var follower = new StateFollower(parts, applier);
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (!await LookAsync(parts, member, follower, applier, cancellationToken))
                {
                    return;
                }
            }
            catch (StoreAwayException error)
            {
                LogStoreAway(error.Message);
                await Task.Delay(IJobEvents.LongestWait, clock, cancellationToken);
            }
            catch (StoreFullException error)
            {
                await PauseWithFullStoreAsync(member, error, cancellationToken);
            }
        }
    }

    /// <summary>Reports the state that is about to be kept: it is used again if the members agree on it, for which somebody must have reported it.</summary>
    private static async Task TryReportAsync(StepApplier applier)
    {
        try
        {
            await applier.ReportAsync(CancellationToken.None);
        }
        catch (Exception error) when (error is StoreAwayException or StateMismatchException)
        {
            // Whoever takes it from the shelf compares it again.
        }
    }

    private async Task PauseWithFullStoreAsync(MemberLoop member, StoreFullException full, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await UntilAnsweredAsync(() => member.PauseWithFullStoreAsync(full), cancellationToken);
                return;
            }
            catch (StoreFullException error)
            {
                // Not even the pause can be written: META itself is full. Nothing is lost; it is written when there is room.
                LogMetaFull(ticket.Id, error.Message);
                await Task.Delay(WaitForRoom, clock, cancellationToken);
            }
        }
    }

    /// <summary>Looks at the job once and does what is to be done.</summary>
    /// <returns>Whether to look again.</returns>
    private async Task<bool> LookAsync(
        JobParts parts, MemberLoop member, StateFollower follower, StepApplier applier, CancellationToken cancellationToken)
    {
        await applier.ReportAsync(cancellationToken);
        var record = await _jobs.ReadAsync(ticket.Id);
        if (record is null && _wasRunning)
        {
            LogMetaLost(ticket.Id, parts.Computation.Step);
        }

        if (record is not { HasEnded: false } job)
        {
            return false;
        }

        await parts.Exchange.FollowAsync(job, cancellationToken);
        _wasRunning |= job.State == JobState.Running;
        var held = parts.Computation.Step;
        if (held > job.Step)
        {
            await member.RefuseRegressionAsync(job);
            return true;
        }

        if (held < job.Step)
        {
            await follower.FollowAsync(job, cancellationToken);
            return true;
        }

        var isMember = job.Plan.Members.Contains(ticket.Incarnation) && job.State == JobState.Running;
        state.Set(ticket.Id, isMember ? WorkerStatus.Training : WorkerStatus.Ready, held);
        if (isMember && job.Plan.Members.FirstOrDefault(member => member != job.SnapshotWantedBy) == ticket.Incarnation)
        {
            await follower.ServeAsync(job);
        }

        await (isMember ? member.ActAsync(job, cancellationToken) : parts.Events.WaitAsync(cancellationToken));
        return true;
    }

    private async Task InitializeAsync(IJobComputation computation)
    {
        var shape = computation.Shape;
        var difference = await _jobs.InitializeAsync(ticket.Id, new(
            shape.Images, shape.StepsPerEpoch, shape.StepsTotal, computation.Step, await computation.HashAsync(), shape.Manifest,
            ticket.NumericClass, shape.Layout.Length));
        if (difference is not null)
        {
            throw new StateMismatchException($"This worker cannot take part: {difference}.");
        }

        if (ticket.Specification.Checkpoint.ResumeFrom.Length > 0)
        {
            var untrained = await computation.ReadUntrainedAsync();
            (string, string)[] fields = untrained.Length > 0
                ? [("knnUntrainedDone", "1"), ("knnTop1Untrained", untrained)]
                : [("knnUntrainedDone", "1")];
            await _jobs.SetFieldsAsync(ticket.Id, null, "", fields);
        }
    }

    private void WarnOfLeak(JobSpecification specification)
    {
        var isLocal = specification.Sync.IsLocal;
        if (specification.Method.Name == MethodCatalog.MoCo && specification.Backbone.NumSplits < 2 && (isLocal || specification.Train.Shards == 1))
        {
            state.Say(
                ticket.Id, "warning",
                $"{(isLocal ? "under local-sgd" : "with one shard")}, MoCo's queries and keys share their batch statistics, which leaks information; "
                + (isLocal ? "use --set backbone.numSplits=2" : "use --shards 2 or more"));
        }
    }

    private Task UntilAnsweredAsync(Func<Task> callAsync, CancellationToken cancellationToken) => UntilAnsweredAsync(
        async () =>
        {
            await callAsync();
            return true;
        },
        cancellationToken);

    /// <summary>Repeats a call while the store is away.</summary>
    private async Task<T> UntilAnsweredAsync<T>(Func<Task<T>> callAsync, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await callAsync();
            }
            catch (StoreAwayException error)
            {
                LogStoreAway(error.Message);
                await Task.Delay(IJobEvents.LongestWait, clock, cancellationToken);
            }
        }
    }

    [LoggerMessage(2101, LogLevel.Error, "Job {Job} failed on this worker.")]
    private partial void LogFailed(Exception error, string job);

    [LoggerMessage(2106, LogLevel.Error, "META_REGRESSED: META knows nothing of job {Job}, of which this worker holds state {Step}: the store has lost it, "
        + "or somebody deleted it. Restore META's append-only file, or start again from a checkpoint with --resume.")]
    private partial void LogMetaLost(string job, long step);

    [LoggerMessage(2107, LogLevel.Error, "The META store is full ({Error}). Job {Job} stands until it has room; nothing is lost. Give it more memory (maxmemory).")]
    private partial void LogMetaFull(string job, string error);

    [LoggerMessage(2105, LogLevel.Information, "Job {Job}: this worker goes on from state {Step}, which its last incarnation held.")]
    private partial void LogGoesOn(string job, long step);

    [LoggerMessage(2102, LogLevel.Warning, "The store does not answer ({Error}). This worker waits.")]
    private partial void LogStoreAway(string error);
}
