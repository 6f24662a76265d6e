using LightlyCluster.Fleet.Faults;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Worker.Tasks;
using Microsoft.Extensions.Logging;

namespace LightlyCluster.Worker.Steps;

/// <summary>What a member that holds the newest state does next: a step, or the end of the run.</summary>
internal sealed partial class MemberLoop(JobParts parts, StepApplier applier, FinishTask finish, ILogger<JobRunner> logger)
{
    private static readonly TimeSpan LeastLife = TimeSpan.FromMinutes(10);

    private readonly HashSet<string> _reportedBadFiles = new(StringComparer.Ordinal);
    private long? _forgottenTo;

    private IJobComputation Computation => parts.Computation;

    /// <summary>Acts once.</summary>
    public async Task ActAsync(JobRecord job, CancellationToken cancellationToken)
    {
        var isFirst = job.Plan.Members[0] == parts.Ticket.Incarnation;
        if (Computation.Step >= job.StopAt)
        {
            await (!isFirst ? parts.Events.WaitAsync(cancellationToken)
                : Computation.Step >= job.StepsTotal ? finish.SucceedAsync(job) : finish.PauseAsync(job));
            return;
        }

        if (isFirst && Computation.Step == 0 && parts.Shape.Specification.Evaluate.Knn && job.Field("knnUntrainedDone") is null)
        {
            await finish.MeasureUntrainedAsync(job);
        }

        await StepAsync(job, isFirst, cancellationToken);
    }

    /// <summary>Makes room, writes a checkpoint and pauses the job: it can be resumed when the store has more memory.</summary>
    public async Task PauseWithFullStoreAsync(StoreFullException error)
    {
        LogStoreFull(parts.Ticket.Id, error.Message);
        await Computation.AbandonAsync();
        await parts.Exchange.ForgetAsync(long.MaxValue);
        if (await parts.Jobs.ReadAsync(parts.Ticket.Id) is { State: JobState.Running } job && Computation.Step == job.Step)
        {
            await finish.PauseAsync(
                job, "StoreFull",
                $"The store has no room ({error.Message}). Nothing is lost: give it more memory (maxmemory), or use fewer shards or workers, then resume.");
        }
    }

    /// <summary>META has lost commits that this worker holds: nobody can say any more what is true.</summary>
    public async Task RefuseRegressionAsync(JobRecord job)
    {
        var message = $"META_REGRESSED: META says step {job.Step}, but worker {parts.Ticket.Worker} holds state {Computation.Step}: the store has lost "
            + "commits. Restore its append-only file (appendfsync always), or start again from a checkpoint with --resume.";
        await parts.Jobs.ChangeStateAsync(
            parts.Ticket.Id, new(JobState.Failed, parts.Now, "MetaRegressed", message), [JobState.Running, JobState.Queued, JobState.Paused]);
        throw new StateMismatchException(message);
    }

    private async Task StepAsync(JobRecord job, bool isFirst, CancellationToken cancellationToken)
    {
        var times = new PhaseTimes(parts.Clock);
        var start = parts.Clock.GetTimestamp();
        using var runner = new StepRunner(parts, times);
        StepOutcome outcome;
        try
        {
            parts.State.Work(StepPart.Computing);
            outcome = await runner.RunAsync(cancellationToken);
        }
        finally
        {
            parts.State.Work(StepPart.None);
            parts.State.Count(runner.ShardsComputed, times.Of(TelemetryPhases.Augment) + times.Of(TelemetryPhases.Forward) + times.Of(TelemetryPhases.Backward));
        }

        if (outcome != StepOutcome.LookAgain)
        {
            await parts.Exchange.ForgetNodesAsync(Computation.Step);
        }

        if (outcome != StepOutcome.Complete)
        {
            await Computation.AbandonAsync();
            if (outcome == StepOutcome.LookAgain)
            {
                await parts.Events.WaitAsync(cancellationToken);
            }

            return;
        }

        CrashPoint.Reach("worker.committed");
        var step = Computation.Step;
        using var scope = logger.BeginScope(ScopeOf(step));
        var median = parts.Durations.Median;
        var loss = await ApplyAsync(job, runner, times, start, cancellationToken);
        Tell(step, runner, times, parts.Clock.GetElapsedTime(start), median);
        if (!double.IsFinite(loss))
        {
            await parts.Jobs.ChangeStateAsync(parts.Ticket.Id, new(JobState.Failed, parts.Now, "LossNotFinite",
                $"The loss of {parts.Shape.Specification.Method.Name} is {loss} in step {step}. Lower the learning rate, or raise the temperature or the warm-up."),
                [JobState.Running]);
            return;
        }

        await applier.ReportAsync(cancellationToken);
        LogStep(parts.Ticket.Id, step + 1, loss, parts.Clock.GetElapsedTime(start).TotalSeconds);
        await AfterStepAsync(job, isFirst, step);
    }

    /// <summary>The step is committed and its vector is here: nothing that happens to the store may throw that away.</summary>
    private async Task<double> ApplyAsync(JobRecord job, StepRunner runner, PhaseTimes times, long start, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                var loss = await applier.ApplyAsync(job, runner.Reduced, times, start);
                var duration = parts.Clock.GetElapsedTime(start);
                parts.Durations.Add(duration);
                parts.Exchange.Patience = parts.Durations.Patience;
                parts.Exchange.Life = duration * 20 > LeastLife ? duration * 20 : LeastLife;
                return loss;
            }
            catch (StoreAwayException)
            {
                await Task.Delay(IJobEvents.LongestWait, parts.Clock, cancellationToken);
            }
        }
    }

    private void Tell(long step, StepRunner runner, PhaseTimes times, TimeSpan duration, TimeSpan median) => parts.Telemetry.StepApplied(
        new(
            parts.Ticket.Id, parts.Shape.Specification.Method.Name, step, runner.Seen!.Generation, runner.Seen.Plan.FirstStep == step,
            runner.ShardsComputed, parts.Shape.Specification.ShardStepImages, duration, median, times),
        parts.Ticket.Worker);

    private Dictionary<string, object> ScopeOf(long step) => new(StringComparer.Ordinal)
    {
        [TelemetryScopes.Job] = parts.Ticket.Id,
        [TelemetryScopes.Step] = step,
        [TelemetryScopes.TraceId] = TraceIdentity.OfStep(parts.Ticket.Id, step).TraceId.ToHexString(),
    };

    private async Task AfterStepAsync(JobRecord job, bool isFirst, long step)
    {
        _forgottenTo ??= step - 3;
        if (job.RetainFrom >= 0)
        {
            await parts.Exchange.ForgetAsync(step - parts.Exchange.StepsKeptForJoiner);
        }
        else
        {
            await parts.Exchange.ForgetAsync(step - 2);
            for (var old = _forgottenTo.Value + 1; isFirst && old <= step - 2; old++)
            {
                await parts.Steps.ForgetStepAsync(old);
            }

            _forgottenTo = step - 2;
        }

        if (isFirst && Computation.Step % parts.Shape.CheckpointEvery == 0 && Computation.Step < job.StopAt)
        {
            await finish.CheckpointAsync(job);
        }

        var fresh = Computation.BadFiles.Where(_reportedBadFiles.Add).Order(StringComparer.Ordinal).ToArray();
        if (fresh.Length > 0)
        {
            await parts.Jobs.AddBadFilesAsync(parts.Ticket.Id, fresh);
            parts.Telemetry.BadFilesMet(fresh.Length);
            parts.State.Say(parts.Ticket.Id, "warning", $"these files do not decode and are replaced: {string.Join(", ", fresh.Take(10))}");
        }
    }

    [LoggerMessage(2103, LogLevel.Debug, "Job {Job}: state {Step} reached, loss {Loss}, {Seconds} s.")]
    private partial void LogStep(string job, long step, double loss, double seconds);

    [LoggerMessage(2104, LogLevel.Error, "The DATA store is full ({Error}). Job {Job} is paused.")]
    private partial void LogStoreFull(string job, string error);
}
