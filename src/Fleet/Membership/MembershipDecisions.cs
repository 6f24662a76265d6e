using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Scheduling;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Membership;

/// <summary>What an observer decides after it has read everything.</summary>
internal static class MembershipDecisions
{
    private static readonly TimeSpan ExplainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RetainAtLeast = TimeSpan.FromSeconds(5);

    /// <summary>Decides in the observer's role.</summary>
    public static FleetState Decide(FleetState state, TimeSpan now, List<FleetAction> actions)
    {
        switch (state.Role)
        {
            case ObserverRole.Leader:
                state = FailuresOf(state, now, actions);
                state = ReleaseIdle(state, now, actions);
                var allotment = state.Allotment ?? Allot(state);
                state = Order(state with { Allotment = allotment }, allotment, now, actions);
                foreach (var entry in state.Jobs.Values)
                {
                    state = state with { Jobs = state.Jobs.SetItem(entry.Record.Id, DecideJob(state, entry, allotment, now, actions)) };
                }

                return state;
            case ObserverRole.Deputy:
                foreach (var entry in state.Jobs.Values.Where(entry => entry.Record.State == JobState.Running))
                {
                    Replace(state, entry.Record, now, actions);
                }

                return state;
            default:
                return state;
        }
    }

    /// <summary>Workers that cannot take part. What is wrong with the job fails it; what is wrong with a worker costs that worker.</summary>
    private static FleetState FailuresOf(FleetState state, TimeSpan now, List<FleetAction> actions)
    {
        foreach (var worker in state.Workers.Values.Where(worker => worker.Phase == MemberPhase.Failed).ToArray())
        {
            if (!state.Jobs.TryGetValue(worker.Job, out var entry) || entry.Record.State is not (JobState.Queued or JobState.Running))
            {
                state = Release(state, worker, worker.Report.Message, now, actions);
                continue;
            }

            var (reason, message) = Split(worker.Report.Message);
            var tries = entry.Failures.GetValueOrDefault(worker.Id) + 1;
            entry = entry with { Failures = entry.Failures.SetItem(worker.Id, tries) };
            state = state with { Jobs = state.Jobs.SetItem(worker.Job, entry), Allotment = null };
            if (reason.StartsWith("Invalid", StringComparison.Ordinal) || !HasHope(state, entry, worker))
            {
                actions.Add(new FailJob(worker.Job, reason, message));
                state = Release(state, worker, message, now, actions);
            }
            else if (!entry.Record.Plan.Contains(worker.Incarnation))
            {
                actions.Add(new NoteLine(worker.Job, $"{worker.Id} cannot take part ({message}); it tries again, or another worker does"));
                state = Release(state, worker, message, now, actions);
            }
        }

        return state;
    }

    /// <summary>Whether anybody can go on with a job that failed on a worker: a member, another worker, or this one once more.</summary>
    private static bool HasHope(FleetState state, JobEntry entry, WorkerEntry failed) =>
        entry.Record.Plan.Members.Any(member => member != failed.Incarnation)
        || state.Workers.Values.Any(worker => worker.IsAvailable && worker.Phase != MemberPhase.Failed
            && (worker.Job.Length == 0 || worker.Job == entry.Record.Id) && !IsBarred(state, entry, worker))
        || (entry.Record.Started > 0 && !IsBarred(state, entry, failed));

    private static bool IsBarred(FleetState state, JobEntry entry, WorkerEntry worker) =>
        entry.Failures.GetValueOrDefault(worker.Id) >= state.Times.TriesPerWorker;

    /// <summary>Takes back jobs that have ended, rest, or are not known any more.</summary>
    private static FleetState ReleaseIdle(FleetState state, TimeSpan now, List<FleetAction> actions)
    {
        foreach (var worker in state.Workers.Values.Where(worker => worker.Job.Length > 0 && worker.Phase is not (MemberPhase.Fenced or MemberPhase.Left)).ToArray())
        {
            var job = state.Jobs.GetValueOrDefault(worker.Job)?.Record;
            if (job is not { State: JobState.Queued or JobState.Running })
            {
                state = Release(state, worker, $"the job is {(job is null ? "over" : job.State)}", now, actions);
            }
        }

        return state;
    }

    private static Allotment Allot(FleetState state)
    {
        var jobs = state.Jobs.Values.Where(entry => entry.Record.State is JobState.Queued or JobState.Running).ToArray();
        var held = RunningQuota.HeldBack([.. jobs.Select(entry => entry.Record)]);
        var demands = jobs.Select(entry => entry.Record).Where(job => !held.ContainsKey(job.Id)).Select(job => new JobDemand(
            job.Id, job.Priority, job.Created, job.MinimumWorkers, Math.Max(job.MaximumWorkers, job.MinimumWorkers), job.NumericClass));
        var members = jobs.Where(entry => entry.Record.State == JobState.Running)
            .SelectMany(entry => entry.Record.Plan.Members.Select(member => (Worker: state.Member(member, entry.Record.Id), entry.Record)))
            .Where(member => !member.Worker.IsLeaving && member.Worker.Phase is not (MemberPhase.Failed or MemberPhase.Fenced or MemberPhase.Left))
            .ToDictionary(member => member.Worker.Incarnation, StringComparer.Ordinal);
        var offers = members.Values.Select(member => new WorkerOffer(
            member.Worker.Incarnation, member.Worker.Id, member.Record.NumericClass, member.Record.Id, IsMember: true, new HashSet<string>()));
        var others = state.Workers.Values.Where(worker => worker.IsAvailable && !members.ContainsKey(worker.Incarnation)).Select(worker => new WorkerOffer(
            worker.Incarnation, worker.Id, worker.NumericClass, worker.Job, IsMember: false,
            jobs.Where(entry => IsBarred(state, entry, worker)).Select(entry => entry.Record.Id).ToHashSet(StringComparer.Ordinal)));
        return FleetScheduler.Allot(demands, offers.Concat(others)) with { Held = held };
    }

    /// <summary>Gives jobs to workers that have none, and takes them from workers that another job is to have.</summary>
    private static FleetState Order(FleetState state, Allotment allotment, TimeSpan now, List<FleetAction> actions)
    {
        foreach (var (incarnation, job) in allotment.JobOf)
        {
            if (!state.Workers.TryGetValue(incarnation, out var worker) || worker.Job == job || !worker.IsAvailable)
            {
                continue;
            }

            if (worker.Job.Length == 0)
            {
                actions.Add(new AssignWorker(incarnation, job));
                state = state.With(worker with { Job = job, Phase = MemberPhase.Joining, Report = WorkerReport.Idle, OrderedAt = now });
            }
            else if (state.Jobs[worker.Job].Record is var old && (old.State == JobState.Queued || !old.Plan.Contains(incarnation)))
            {
                // Members go by a generation; whoever only prepares can go at once.
                state = Release(state, worker, $"job {job} comes first", now, actions) with { Allotment = allotment };
            }
        }

        return state;
    }

    private static JobEntry DecideJob(FleetState state, JobEntry entry, Allotment allotment, TimeSpan now, List<FleetAction> actions) => entry.Record.State switch
    {
        JobState.Queued => DecideStart(state, entry, allotment, now, actions),
        JobState.Running => DecideChange(state, entry, allotment, now, actions),
        _ => entry,
    };

    private static JobEntry DecideStart(FleetState state, JobEntry entry, Allotment allotment, TimeSpan now, List<FleetAction> actions)
    {
        var job = entry.Record;
        var ready = ReadyFor(state, job, allotment);
        entry = entry with { GatheringSince = ready.Count > 0 ? entry.GatheringSince ?? now : null };
        entry = Explain(entry, allotment, now, actions);
        var gathering = now - (entry.GatheringSince ?? now);
        if (ready.Count < Math.Max(1, job.MinimumWorkers) || (gathering < state.Times.Gathering && !IsComplete(state, job, allotment, ready.Count, gathering)))
        {
            return entry;
        }

        var assignment = Balance(job, ready);
        actions.Add(new BeginGeneration(
            job.Id, job.Generation, assignment, assignment, IsStart: true, [], [], [.. ready.Select(worker => worker.Incarnation)], "start"));
        return entry;
    }

    /// <summary>Whether nobody is worth waiting for any more.</summary>
    private static bool IsComplete(FleetState state, JobRecord job, Allotment allotment, int ready, TimeSpan gathering)
    {
        if (ready >= job.MaximumWorkers)
        {
            return true;
        }

        var isLoading = allotment.Targets.GetValueOrDefault(job.Id) > ready;
        var isShared = state.Workers.Values.Count(worker => worker.IsAvailable && (job.NumericClass.Length == 0 || worker.NumericClass == job.NumericClass))
            >= job.MaximumWorkers;
        return !isLoading && (job.Started > 0 || isShared || (job.IsAnyNumberWelcome && gathering >= TimeSpan.FromSeconds(1)));
    }

    private static JobEntry Explain(JobEntry entry, Allotment allotment, TimeSpan now, List<FleetAction> actions)
    {
        if (allotment.Held.TryGetValue(entry.Record.Id, out var why))
        {
            if (entry.Record.Message != why)
            {
                actions.Add(new ExplainJob(entry.Record.Id, "QuotaReached", why));
            }

            return entry with { ShortSince = null };
        }

        if (!allotment.Shortages.TryGetValue(entry.Record.Id, out var shortage))
        {
            if (entry.Record.Reason.Length > 0)
            {
                actions.Add(new ExplainJob(entry.Record.Id, "", ""));
            }

            return entry with { ShortSince = null };
        }

        var since = entry.ShortSince ?? now;
        if (now - since >= ExplainAfter && entry.Record.Message != shortage.Message)
        {
            actions.Add(new ExplainJob(entry.Record.Id, "WaitingForWorkers", shortage.Message));
        }

        return entry with { ShortSince = since };
    }

    private static JobEntry DecideChange(FleetState state, JobEntry entry, Allotment allotment, TimeSpan now, List<FleetAction> actions)
    {
        var job = entry.Record;
        var members = job.Plan.Members.Select(member => state.Member(member, job.Id)).ToArray();
        entry = Retain(state, entry, now, actions);
        entry = ShareRules.Observe(state, entry, now, actions);
        List<Loss> lost = [.. DeathRules.Find(state, job, now)];
        lost.AddRange(ShareRules.FindStuck(state, entry, now).Where(stuck => !lost.Exists(loss => loss.Incarnation == stuck.Incarnation)));
        var left = Leaving(job, members, allotment, lost);
        var gone = lost.Select(loss => loss.Incarnation).Concat(left.Select(departure => departure.Incarnation)).ToHashSet(StringComparer.Ordinal);
        WorkerEntry[] survivors = [.. members.Where(member => !gone.Contains(member.Incarnation))];
        WorkerEntry[] joiners = [.. ReadyFor(state, job, allotment).Where(worker => !job.Plan.Contains(worker.Incarnation))
            .Take(Math.Max(0, job.MaximumWorkers - survivors.Length))];
        if (survivors.Length + joiners.Length == 0)
        {
            var message = allotment.Shortages.TryGetValue(job.Id, out var empty) ? empty.Message : new Shortage(0, Math.Max(1, job.MinimumWorkers), 0, "").Message;
            actions.Add(new QueueJob(job.Id, job.Generation, lost, left, message));
            return entry;
        }

        if (gone.Count > 0 || joiners.Length > 0)
        {
            // Survivors that are to compute from the next step on only may be all that is left: then they compute this step too.
            var current = job.Plan.At(job.Step).Without(job.ShardCount, gone);
            var next = Balance(job, [.. survivors, .. joiners]);
            actions.Add(new BeginGeneration(
                job.Id, job.Generation, current.Ranges.IsEmpty ? next : current, next, IsStart: false, lost, left,
                [.. joiners.Select(joiner => joiner.Incarnation)], gone.Count > 0 ? "members went" : "members came"));
        }
        else
        {
            entry = ShareRules.Decide(state, entry, now, actions);
        }

        Yield(job, allotment, survivors.Length + joiners.Length, actions);
        return entry;
    }

    /// <summary>Payloads of committed steps are kept while somebody catches up, and not for one that died over it.</summary>
    private static JobEntry Retain(FleetState state, JobEntry entry, TimeSpan now, List<FleetAction> actions)
    {
        var job = entry.Record;
        var isNeeded = job.SnapshotWantedBy.Length > 0 || state.Workers.Values.Any(worker => worker.Job == job.Id
            && (worker.Phase is MemberPhase.Joining or MemberPhase.CatchingUp || worker.Report.Status == WorkerStatus.Loading));
        if (job.RetainFrom < 0 || isNeeded)
        {
            return entry with { RetainedSince = null };
        }

        var since = entry.RetainedSince ?? now;
        if (now - since > RetainAtLeast)
        {
            actions.Add(new EndRetention(job.Id));
        }

        return entry with { RetainedSince = since };
    }

    /// <summary>Members that go: those that said so, and those that another job is to have.</summary>
    private static List<Departure> Leaving(JobRecord job, WorkerEntry[] members, Allotment allotment, List<Loss> lost)
    {
        var living = members.Where(member => !lost.Exists(loss => loss.Incarnation == member.Incarnation)).ToArray();
        var left = living.Where(member => member.IsLeaving).Select(member => new Departure(member.Incarnation, "left")).ToList();
        if (!allotment.Shortages.ContainsKey(job.Id))
        {
            left.AddRange(living.Where(member => !member.IsLeaving)
                .Where(member => allotment.JobOf.TryGetValue(member.Incarnation, out var other) && other != job.Id)
                .Select(member => new Departure(member.Incarnation, $"given to job {allotment.JobOf[member.Incarnation]}")));
        }

        // The last one holds the only state: it goes when it has written it down.
        if (left.Count == living.Length && living.FirstOrDefault(member => member.IsLeaving && member.IsOpen && !member.IsStateSaved) is { } keeper)
        {
            left.RemoveAll(departure => departure.Incarnation == keeper.Incarnation);
        }

        return left;
    }

    /// <summary>A job never goes on below its minimum: it writes a checkpoint at its next commit and waits.</summary>
    private static void Yield(JobRecord job, Allotment allotment, int members, List<FleetAction> actions)
    {
        if (job.IsPauseRequested)
        {
            return;
        }

        var minimum = Math.Max(1, job.MinimumWorkers);
        if (allotment.Shortages.TryGetValue(job.Id, out var shortage))
        {
            actions.Add(new YieldJob(job.Id, members >= minimum && shortage.Before.Length > 0 ? "Preempted" : "BelowMinimum", shortage.Message));
        }
        else if (members < minimum)
        {
            actions.Add(new YieldJob(job.Id, "BelowMinimum", new Shortage(members, minimum, 0, "").Message));
        }
    }

    /// <summary>What a member may do while no coordinator leads: go on without those whose lease ended.</summary>
    private static void Replace(FleetState state, JobRecord job, TimeSpan now, List<FleetAction> actions)
    {
        var lost = DeathRules.Find(state, job, now);
        var left = job.Plan.Members.Select(member => state.Member(member, job.Id)).Where(member => member.IsLeaving)
            .Select(member => new Departure(member.Incarnation, "left")).ToArray();
        var gone = lost.Select(loss => loss.Incarnation).Concat(left.Select(departure => departure.Incarnation)).ToHashSet(StringComparer.Ordinal);
        WorkerEntry[] survivors = [.. job.Plan.Members.Where(member => !gone.Contains(member)).Select(member => state.Member(member, job.Id))];
        if (gone.Count > 0 && survivors.Length > 0)
        {
            var current = job.Plan.At(job.Step).Without(job.ShardCount, gone);
            var next = Balance(job, survivors);
            actions.Add(new BeginGeneration(
                job.Id, job.Generation, current.Ranges.IsEmpty ? next : current, next, IsStart: false, lost, left, [],
                "members went while no coordinator led"));
        }
    }

    private static List<WorkerEntry> ReadyFor(FleetState state, JobRecord job, Allotment allotment) =>
    [
        .. state.Workers.Values
            .Where(worker => worker.Job == job.Id && worker.IsReady && allotment.JobOf.GetValueOrDefault(worker.Incarnation) == job.Id)
            .Where(worker => worker.NumericClass == job.NumericClass && worker.Report.Step >= job.Step - 1)
            .OrderBy(worker => worker.Id, StringComparer.Ordinal).ThenBy(worker => worker.Incarnation, StringComparer.Ordinal)
            .Take(Math.Min(job.MaximumWorkers, job.ShardCount)),
    ];

    private static ShardAssignment Balance(JobRecord job, IReadOnlyList<WorkerEntry> workers) => ShardAssignment.Weighted(
        job.ShardCount, [.. workers.Select(worker => worker.Incarnation)], [.. workers.Select(worker => worker.Report.ShardsPerSecond)]);

    private static FleetState Release(FleetState state, WorkerEntry worker, string reason, TimeSpan now, List<FleetAction> actions) =>
        MembershipMachine.Release(state, worker, reason, now, actions);

    /// <summary>"Reason: sentence".</summary>
    private static (string Reason, string Message) Split(string text)
    {
        var separator = text.IndexOf(": ", StringComparison.Ordinal);
        return separator > 0 && !text[..separator].Contains(' ', StringComparison.Ordinal)
            ? (text[..separator], text[(separator + 2)..])
            : ("WorkerFailed", text);
    }
}
