using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Membership;

/// <summary>Membership as a state machine: (state, event, now) -> (state, actions). No input or output, no clock, no randomness.</summary>
/// <remarks>
/// The coordinator that leads feeds it what workers and META say, and carries out its actions; a member feeds it the little it sees while
/// no coordinator leads. Every decision is fenced in META by the generation it was made on, so that two observers can never both be right.
/// Events only note; <see cref="Looked"/>, after everything was read, decides.
/// </remarks>
public static class MembershipMachine
{
    private static readonly TimeSpan OrderTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(30);

    /// <summary>Takes one event.</summary>
    /// <param name="state">What the observer knew.</param>
    /// <param name="happened">What it learned.</param>
    /// <param name="now">Time of its own clock, from any origin.</param>
    /// <returns>What it knows now, and what is to be done in this order.</returns>
    public static (FleetState State, IReadOnlyList<FleetAction> Actions) Advance(FleetState state, FleetEvent happened, TimeSpan now)
    {
        var actions = new List<FleetAction>();
        var next = happened switch
        {
            WorkerRegistered registered => Register(state, registered, now),
            StreamOpened opened => Open(state, opened.Incarnation, now, actions),
            StreamClosed closed => Change(state, closed.Incarnation, worker => worker with { IsOpen = false, ClosedAt = closed.At }),
            WorkerReported reported => Report(state, reported, now, actions),
            WorkerLeaving leaving => Change(state, leaving.Incarnation, worker => worker with
            {
                IsLeaving = true,
                IsStateSaved = worker.IsStateSaved || leaving.IsStateSaved,
                Phase = worker.Phase == MemberPhase.Active ? MemberPhase.Draining : worker.Phase,
                HeardAt = now,
            }),
            RoleChanged changed => TakeRole(state, changed),
            StoreFailed => state with { AnsweringSince = null },
            StoreAnswered => TakeAnswer(state, now),
            LeasesRead read => TakeLeases(state, read.Held, now),
            JobRead read => TakeJob(state, read.Job, now),
            JobForgotten forgotten => state with { Jobs = state.Jobs.Remove(forgotten.Job), Allotment = null },
            GenerationBegun begun => Begin(state, begun, now, actions),
            JobQueued queued => Dismiss(state, queued.Asked.Job, queued.Asked.Lost, queued.Asked.Left, now, actions),
            Looked => MembershipDecisions.Decide(state, now, actions),
            _ => throw new ArgumentOutOfRangeException(nameof(happened), happened, "This event is not known."),
        };
        Invariant.Require(next.Term >= state.Term, "the term of an observer never decreases");
        return (next, actions);
    }

    /// <summary>The phase that follows from what is known of a worker.</summary>
    internal static MemberPhase PhaseOf(WorkerEntry worker, JobRecord? job)
    {
        if (worker.Phase is MemberPhase.Fenced or MemberPhase.Left)
        {
            return worker.Phase;
        }

        if (worker.Job.Length == 0)
        {
            return MemberPhase.Idle;
        }

        if (worker.Report.Job == worker.Job && worker.Report.Status == WorkerStatus.Failed)
        {
            return MemberPhase.Failed;
        }

        if (job is { State: JobState.Running } && job.Plan.Contains(worker.Incarnation))
        {
            return worker.IsLeaving ? MemberPhase.Draining : MemberPhase.Active;
        }

        return worker.Report.Job == worker.Job && worker.Report.Status is WorkerStatus.Ready or WorkerStatus.Training
            ? MemberPhase.CatchingUp
            : MemberPhase.Joining;
    }

    /// <summary>Takes the job back from a worker.</summary>
    internal static FleetState Release(FleetState state, WorkerEntry worker, string reason, TimeSpan now, List<FleetAction> actions)
    {
        actions.Add(new ReleaseWorker(worker.Incarnation, worker.Job, reason));
        var free = worker with
        {
            Phase = worker.IsLeaving ? MemberPhase.Left : MemberPhase.Idle,
            ReleasedJob = worker.Job,
            Job = "",
            Report = WorkerReport.Idle,
            OrderedAt = now,
        };
        return state.With(free) with { Allotment = null };
    }

    private static FleetState Change(FleetState state, string incarnation, Func<WorkerEntry, WorkerEntry> change) =>
        state.Workers.TryGetValue(incarnation, out var worker) ? state.With(change(worker)) with { Allotment = null } : state;

    private static FleetState Register(FleetState state, WorkerRegistered registered, TimeSpan now)
    {
        var worker = state.Workers.TryGetValue(registered.Incarnation, out var known) ? known : new WorkerEntry
        {
            Incarnation = registered.Incarnation,
            Id = registered.Id,
            NumericClass = registered.NumericClass,
            RegisteredAt = now,
            OrderedAt = now,
        };
        var next = state.With(worker with { HeardAt = now }) with { Allotment = null };

        // Whoever comes from now on gets the longer lease; a gap must then be as long before a missing lease counts.
        return next.Workers.Count > MembershipTimes.ManyWorkers ? next with { Times = next.Times.ForMany() } : next;
    }

    private static FleetState Open(FleetState state, string incarnation, TimeSpan now, List<FleetAction> actions)
    {
        if (!state.Workers.TryGetValue(incarnation, out var worker))
        {
            return state;
        }

        if (worker.Phase == MemberPhase.Fenced)
        {
            actions.Add(new FenceWorker(incarnation, worker.ReleasedJob, "this incarnation was declared dead"));
        }
        else if (worker.Job.Length > 0)
        {
            // What was sent into the old stream may be lost; whoever has the job already ignores it.
            actions.Add(new AssignWorker(incarnation, worker.Job));
        }

        return state.With(worker with { IsOpen = true, ClosedAt = null, HeardAt = now, OrderedAt = now }) with { Allotment = null };
    }

    private static FleetState Report(FleetState state, WorkerReported reported, TimeSpan now, List<FleetAction> actions)
    {
        if (!state.Workers.TryGetValue(reported.Incarnation, out var known))
        {
            return state;
        }

        var (worker, report) = (known with { HeardAt = now }, reported.Report);
        if (report.Job == worker.Job)
        {
            worker = worker with { Report = report };
        }
        else if (worker.Job.Length > 0)
        {
            // It has not taken the order yet, or never got it.
            if (now - worker.OrderedAt > OrderTime)
            {
                actions.Add(new AssignWorker(worker.Incarnation, worker.Job));
                worker = worker with { OrderedAt = now };
            }
        }
        else if (report.Job != worker.ReleasedJob || now - worker.OrderedAt > OrderTime)
        {
            // It works for a job that this observer did not give it: a coordinator before this one did, or the release was lost.
            worker = worker with { Job = report.Job, Report = report, OrderedAt = now };
        }

        worker = worker with { Phase = PhaseOf(worker, state.Jobs.GetValueOrDefault(worker.Job)?.Record) };
        var isSame = worker.Phase == known.Phase && worker.Job == known.Job;
        return state.With(worker) with { Allotment = isSame ? state.Allotment : null };
    }

    private static FleetState TakeRole(FleetState state, RoleChanged changed)
    {
        var role = state with { Role = changed.Role, Allotment = null, Term = changed.Role == ObserverRole.Leader ? changed.Term : state.Term };

        // Workers of a follower go to the leader; when they come back they register anew.
        return changed.Role == ObserverRole.Follower ? role with { Workers = role.Workers.Clear(), Jobs = role.Jobs.Clear() } : role;
    }

    /// <summary>After a gap in which nobody could renew, or in which this observer slept, leases count again after one whole lease.</summary>
    private static FleetState TakeAnswer(FleetState state, TimeSpan now)
    {
        var hadGap = state.AnsweringSince is null || now - state.AnsweredAt > state.Times.Lease / 2;
        return state with { AnsweringSince = hadGap ? now : state.AnsweringSince, AnsweredAt = now };
    }

    private static FleetState TakeLeases(FleetState state, IReadOnlySet<string> held, TimeSpan now)
    {
        var gone = state.Workers.Values
            .Where(worker => !worker.IsOpen && !held.Contains(worker.Incarnation) && now - worker.HeardAt > ForgetAfter)
            .Where(worker => worker.Phase is not (MemberPhase.Active or MemberPhase.Draining))
            .Select(worker => worker.Incarnation).ToArray();
        return TakeAnswer(state, now) with
        {
            Held = held,
            Workers = state.Workers.RemoveRange(gone),
            Allotment = gone.Length > 0 ? null : state.Allotment,
        };
    }

    private static FleetState TakeJob(FleetState state, JobRecord job, TimeSpan now)
    {
        if (!state.Jobs.TryGetValue(job.Id, out var known))
        {
            return state with { Jobs = state.Jobs.Add(job.Id, new() { Record = job, StepSince = now, PlannedAt = job.Step }), Allotment = null };
        }

        var isSame = known.Record.State == job.State && known.Record.Generation == job.Generation
            && known.Record.NumericClass == job.NumericClass && known.Record.IsPauseRequested == job.IsPauseRequested;
        return state with { Jobs = state.Jobs.SetItem(job.Id, known.With(job, now)), Allotment = isSame ? state.Allotment : null };
    }

    private static FleetState Begin(FleetState state, GenerationBegun begun, TimeSpan now, List<FleetAction> actions)
    {
        var asked = begun.Asked;
        var next = Dismiss(state, asked.Job, asked.Lost, asked.Left, now, actions);
        foreach (var member in asked.Next.Members)
        {
            actions.Add(new TellGeneration(member, asked.Job, begun.Generation));
            if (next.Workers.TryGetValue(member, out var worker))
            {
                next = next.With(worker with { Phase = worker.IsLeaving ? MemberPhase.Draining : MemberPhase.Active });
            }
        }

        return next with { Allotment = null };
    }

    private static FleetState Dismiss(
        FleetState state, string job, IReadOnlyList<Loss> lost, IReadOnlyList<Departure> left, TimeSpan now, List<FleetAction> actions)
    {
        foreach (var loss in lost)
        {
            if (loss.Cause is DeathRules.Failed or DeathRules.OutOfMemory && state.Workers.TryGetValue(loss.Incarnation, out var failed))
            {
                state = Release(state, failed with { Job = job }, "the job failed on this worker", now, actions);
                continue;
            }

            actions.Add(new FenceWorker(loss.Incarnation, job, loss.Cause));
            if (state.Workers.TryGetValue(loss.Incarnation, out var worker))
            {
                state = state.With(worker with { Phase = MemberPhase.Fenced, ReleasedJob = job, Job = "", OrderedAt = now });
            }
        }

        foreach (var departure in left)
        {
            if (state.Workers.TryGetValue(departure.Incarnation, out var worker))
            {
                state = Release(state, worker with { Job = job }, departure.Reason, now, actions);
            }
        }

        return state with { Allotment = null };
    }
}
