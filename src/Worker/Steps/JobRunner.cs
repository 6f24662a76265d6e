using Google.Protobuf;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.Worker.Hosting;
using LightlyCluster.Worker.Sessions;
using LightlyCluster.Worker.Snapshots;
using LightlyCluster.Worker.Tasks;
using LightlyCluster.Worker.Transport.Redis;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Steps;

/// <summary>Takes part in one job from preparation to its end, following META.</summary>
internal sealed partial class JobRunner(
    JobTicket ticket, DeviceChoice device, TrainingThread training, WorkerState state, IFleetStore store, TimeProvider clock, ILogger<JobRunner> logger)
{
    private readonly IJobStore _jobs = store.Jobs;
    private readonly IStepStore _steps = store.Steps(ticket.Id, ticket.Incarnation);
    private readonly IPayloadStore _payloads = store.Payloads;
    private readonly HashSet<string> _reportedBadFiles = new(StringComparer.Ordinal);
    private JobContext? _context;
    private FinishTask? _finish;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Runs until the job has ended for this worker. Never throws.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            state.Set(ticket.Id, WorkerStatus.Loading, -1);
            await RunCoreAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The job was taken back.
        }
        catch (CorruptImageException error)
        {
            Fail($"InvalidData: {error.Message}");
        }
        catch (DatasetException error)
        {
            Fail($"InvalidData: {error.Message}");
        }
        catch (JobSpecificationException error)
        {
            Fail($"InvalidSpecification: {error.Message}");
        }
        catch (CheckpointException error)
        {
            Fail($"InvalidCheckpoint: {error.Message}");
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
            if (_context is { } context)
            {
                _context = null;
                await training.RunAsync(context.Dispose);
            }
        }
    }

    /// <summary>Writes a checkpoint when this worker is the last one that holds the state.</summary>
    public async Task PrepareToLeaveAsync()
    {
        var job = await _jobs.ReadAsync(ticket.Id);
        if (_finish is { } finish && job is { State: JobState.Running } && job.Plan.Members is [var only] && only == ticket.Incarnation)
        {
            await finish.CheckpointAsync(job);
        }
    }

    private void Fail(string message)
    {
        if (!message.StartsWith("Invalid", StringComparison.Ordinal))
        {
            // What is wrong with the job itself fails it, and its message says so.
            state.Say(ticket.Id, "error", message);
        }

        state.Set(ticket.Id, WorkerStatus.Failed, -1, message);
    }

    private async Task RunCoreAsync(CancellationToken cancellationToken)
    {
        var source = await JobPreparation.OpenAsync(ticket, cancellationToken);
        var context = await training.RunAsync(() => JobPreparation.Prepare(ticket, device, source));
        _context = context;
        _finish = new(context, training, _jobs, ticket, clock);
        using var pool = new VectorPool(context.Layout.Length);
        using var chunkPool = new VectorPool(Fleet.Steps.VectorLayout.ChunkLength);
        using var exchange = new RedisExchange(_steps, _payloads, context.Layout, ticket.Id, ticket.Incarnation);
        var applier = new StepApplier(context, training, pool, _steps, exchange, clock);
        await using var events = await _jobs.SubscribeAsync(ticket.Id);
        await InitializeAsync(context);
        if (context.ShardCount == 1 && context.Specification.Method.Name == MethodCatalog.MoCo)
        {
            state.Say(ticket.Id, "warning", "with one shard, MoCo's queries and keys share their batch statistics, which leaks information; use --shards 2 or more");
        }

        var loop = new Loop(context, pool, chunkPool, exchange, applier, events);
        try
        {
            await FollowAsync(loop, cancellationToken);
        }
        finally
        {
            await exchange.ForgetAsync(long.MaxValue);
        }
    }

    private async Task FollowAsync(Loop loop, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (!await LookAsync(loop, cancellationToken))
                {
                    return;
                }
            }
            catch (Exception error) when (error is StoreAwayException)
            {
                LogStoreAway(error.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(200), clock, cancellationToken);
            }
        }
    }

    private async Task InitializeAsync(JobContext context)
    {
        var hash = await training.RunAsync(() => StateHash.Compute(context.Method.State, context.Step));
        var difference = await _jobs.InitializeAsync(ticket.Id, new(
            context.Source.Manifest.Count, context.StepsPerEpoch, context.StepsTotal, context.Step, hash,
            context.Source.Identity, ticket.NumericClass, context.Layout.Length));
        if (difference is not null)
        {
            throw new StateMismatchException($"This worker cannot take part: {difference}.");
        }

        if (ticket.Specification.Checkpoint.ResumeFrom.Length > 0)
        {
            var untrained = await training.RunAsync(() => CheckpointFiles.ReadUntrained(ticket.Specification.Checkpoint.ResumeFrom));
            (string, string)[] fields = untrained.Length > 0
                ? [("knnUntrainedDone", "1"), ("knnTop1Untrained", untrained)]
                : [("knnUntrainedDone", "1")];
            await _jobs.SetFieldsAsync(ticket.Id, null, "", fields);
        }
    }

    /// <summary>Looks at the job once and does what is to be done.</summary>
    /// <returns>Whether to look again.</returns>
    private async Task<bool> LookAsync(Loop loop, CancellationToken cancellationToken)
    {
        var context = loop.Context;
        if (await _jobs.ReadAsync(ticket.Id) is not { HasEnded: false } job)
        {
            return false;
        }

        if (context.Step < job.Step)
        {
            await CatchUpAsync(loop, job, cancellationToken);
            return true;
        }

        var isMember = job.Plan.Members.Contains(ticket.Incarnation) && job.State == JobState.Running;
        state.Set(ticket.Id, isMember ? WorkerStatus.Training : WorkerStatus.Ready, context.Step);
        var isFirst = isMember && job.Plan.Members[0] == ticket.Incarnation;
        if (isFirst && job.SnapshotWantedBy.Length > 0)
        {
            await new SnapshotExchange(context, training, _jobs, _payloads, ticket.Incarnation).PublishAsync(job);
        }

        if (isMember && context.Step >= job.StopAt)
        {
            await (isFirst ? StopAsync(context, job) : loop.Events.WaitAsync(cancellationToken));
            return true;
        }

        if (!isMember)
        {
            await loop.Events.WaitAsync(cancellationToken);
            return true;
        }

        if (isFirst && context.Step == 0 && context.Specification.Evaluate.Knn && job.Field("knnUntrainedDone") is null)
        {
            await _finish!.MeasureUntrainedAsync(job);
        }

        await StepAsync(loop, job, cancellationToken);
        return true;
    }

    private Task StopAsync(JobContext context, JobRecord job) =>
        context.Step >= job.StepsTotal ? _finish!.SucceedAsync(job) : _finish!.PauseAsync(job);

    private async Task CatchUpAsync(Loop loop, JobRecord job, CancellationToken cancellationToken)
    {
        var context = loop.Context;
        state.Set(ticket.Id, job.Step - context.Step <= 1 ? WorkerStatus.Ready : WorkerStatus.Loading, context.Step);
        var isMember = job.Plan.Members.Contains(ticket.Incarnation);
        var others = job.Plan.Members.Any(member => member != ticket.Incarnation);
        if (!isMember && others && job.RetainFrom < 0)
        {
            // Members hold the state: ask for a snapshot, and follow the log from there.
            await _jobs.SetFieldsAsync(ticket.Id, null, "", ("snapshotWanted", ticket.Incarnation));
            await loop.Events.WaitAsync(cancellationToken);
            return;
        }

        if (!isMember && others && job.RetainFrom > context.Step)
        {
            if (!await new SnapshotExchange(context, training, _jobs, _payloads, ticket.Incarnation).TryLoadAsync(job))
            {
                await loop.Events.WaitAsync(cancellationToken);
            }

            return;
        }

        if (!others && CheckpointFiles.LastStep(context) is { } saved && saved > context.Step && saved <= job.Step)
        {
            await training.RunAsync(() => context.Step = CheckpointFiles.Load(CheckpointFiles.LastPath(context), context, ticket.NumericClass).Step);
            return;
        }

        await loop.Applier.CatchUpAsync(job, cancellationToken);
    }

    private async Task StepAsync(Loop loop, JobRecord job, CancellationToken cancellationToken)
    {
        var context = loop.Context;
        var times = new PhaseTimes(clock);
        var start = clock.GetTimestamp();
        using var runner = new StepRunner(
            context, training, loop.Pool, loop.ChunkPool, _jobs, _steps, loop.Exchange, loop.Events, ticket.Incarnation, times);
        var outcome = await runner.RunAsync(cancellationToken);
        state.Count(runner.ShardsComputed, times.Of("augment") + times.Of("forward") + times.Of("backward"));
        if (outcome != StepOutcome.Complete)
        {
            await training.RunAsync(context.Method.Abandon);
            if (outcome == StepOutcome.LookAgain)
            {
                await loop.Events.WaitAsync(cancellationToken);
            }

            return;
        }

        await ApplyAsync(loop, job, runner, times, start);
    }

    private async Task ApplyAsync(Loop loop, JobRecord job, StepRunner runner, PhaseTimes times, long start)
    {
        var context = loop.Context;
        var step = context.Step;
        var entry = await _steps.ReadEntryAsync(step, job.BaseStep)
            ?? throw new Fleet.InvariantBrokenException($"Broken invariant: step {step} is committed but not in the log.");
        var (loss, hash) = await loop.Applier.ApplyAsync(runner.Reduced, entry.LearningRate, times);
        var seconds = clock.GetElapsedTime(start).TotalSeconds;
        loop.Exchange.Life = TimeSpan.FromSeconds(Math.Max(600, 20 * seconds));
        var metrics = new StepMetrics
        {
            Step = step + 1,
            Epoch = step / context.StepsPerEpoch,
            Loss = loss,
            LearningRate = entry.LearningRate,
            StateHash = hash,
            Generation = entry.Generation,
            Seconds = seconds,
            WorkerCount = job.Plan.At(step).Members.Count(),
            Phases = { times.Seconds.ToDictionary(pair => pair.Key, pair => Math.Round(pair.Value, 6)) },
        };
        if (!double.IsFinite(loss))
        {
            await _jobs.ChangeStateAsync(ticket.Id, new(JobState.Failed, Now, "LossNotFinite",
                $"The loss of {context.Specification.Method.Name} is {loss} in step {step}. Lower the learning rate, or raise the temperature or the warm-up."),
                [JobState.Running]);
            return;
        }

        if (await _steps.VerifyStateAsync(step + 1, hash, JsonFormatter.Default.Format(metrics), seconds, Now) is { } other)
        {
            throw new StateMismatchException($"State {step + 1} is {hash} here, {other} on another member.");
        }

        LogStep(ticket.Id, step + 1, loss, seconds);
        await AfterStepAsync(loop, job, step);
    }

    private async Task AfterStepAsync(Loop loop, JobRecord job, long step)
    {
        var context = loop.Context;
        var isFirst = job.Plan.Members[0] == ticket.Incarnation;
        if (job.RetainFrom < 0)
        {
            await loop.Exchange.ForgetAsync(step - 2);
            if (isFirst)
            {
                await _steps.ForgetStepAsync(step - 2);
            }
        }

        var every = context.Specification.Checkpoint.Every > 0 ? context.Specification.Checkpoint.Every : context.StepsPerEpoch;
        if (isFirst && context.Step % every == 0 && context.Step < job.StopAt)
        {
            await _finish!.CheckpointAsync(job);
        }

        var fresh = context.Loader.BadFiles.Where(_reportedBadFiles.Add).Order(StringComparer.Ordinal).ToArray();
        if (fresh.Length > 0)
        {
            await _jobs.AddBadFilesAsync(ticket.Id, fresh);
            state.Say(ticket.Id, "warning", $"these files do not decode and are replaced: {string.Join(", ", fresh.Take(10))}");
        }
    }

    [LoggerMessage(2101, LogLevel.Error, "Job {Job} failed on this worker.")]
    private partial void LogFailed(Exception error, string job);

    [LoggerMessage(2102, LogLevel.Warning, "The store does not answer ({Error}). This worker waits.")]
    private partial void LogStoreAway(string error);

    [LoggerMessage(2103, LogLevel.Debug, "Job {Job}: state {Step} reached, loss {Loss}, {Seconds} s.")]
    private partial void LogStep(string job, long step, double loss, double seconds);

    private sealed record Loop(
        JobContext Context, VectorPool Pool, VectorPool ChunkPool, RedisExchange Exchange, StepApplier Applier, IJobEvents Events);
}
