using LightlyCluster.Fleet;
using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Simulation.Tests.Checks;
using LightlyCluster.Simulation.Tests.Network;
using LightlyCluster.Simulation.Tests.Nodes;

namespace LightlyCluster.Simulation.Tests;

/// <summary>Plays one seed from the first registration until nothing is left of the job but its record.</summary>
internal sealed class SimulationRun
{
    /// <summary>Lease and one second, and what a fleet that was killed as a whole needs to start, read a checkpoint and compute again.</summary>
    private static readonly TimeSpan ProgressLimit = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(5);

    private readonly SimulationPlan _plan;
    private readonly SimulatedFleet _fleet;
    private readonly Random _random;
    private int _joined;
    private int _resumed;

    private SimulationRun(SimulationPlan plan)
    {
        _plan = plan;
        _random = new(plan.Seed ^ 0x5EED);
        _fleet = new(plan.Job, plan.Seed);
    }

    /// <summary>Plays a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="isVerbose">Whether each call to the store is noted in the trace.</param>
    public static SimulationOutcome Play(SimulationPlan plan, bool isVerbose = false)
    {
        var run = new SimulationRun(plan);
        run._fleet.Network.IsVerbose = isVerbose;
        string? broken;
        try
        {
            run.Play();
            broken = run._fleet.Checks.Broken;
        }
        catch (Exception error) when (error is BrokenInvariantException or InvariantBrokenException)
        {
            broken = run._fleet.Checks.Broken ?? error.Message;
        }

        var scheduler = run._fleet.Scheduler;
        return new(plan.Seed, broken, run._fleet.Checks.Committed, run._fleet.Checks.SlowestProgress, run._fleet.Checks.LongestGap, scheduler.WorkCount, scheduler.Fingerprint, run._fleet.Checks.Trace);
    }

    private void Play()
    {
        _fleet.Network.Conditions = _plan.Conditions;
        var created = _fleet.Store.Jobs.CreateAsync(
            new(SimulatedJob.Id, JobSpecificationJson.Write(_plan.Job.Specification), "job", 1, _plan.Job.ShardCount, 0, _plan.Job.MinimumWorkers, 0), "request");
        _fleet.Checks.Require(created.IsCompletedSuccessfully, "the job is admitted");
        _fleet.StartCoordinator();
        for (var worker = 0; worker < _plan.WorkerCount; worker++)
        {
            StartWorker($"worker{worker}");
        }

        foreach (var (at, what) in _plan.Misfortunes)
        {
            _fleet.Scheduler.After(at, () => Befall(what));
        }

        RunUntil(() => false, _plan.FaultsEnd);
        Recover();
        Finish();
    }

    /// <summary>Faults end: everybody is back, and from now on steps are committed within a bound.</summary>
    private void Recover()
    {
        _fleet.Network.Conditions = NetworkConditions.Good;
        _fleet.Network.IsMetaAway = _fleet.Network.IsDataAway = false;
        _fleet.Store.Keys.DataBytesMaximum = long.MaxValue;
        foreach (var worker in _fleet.Workers)
        {
            worker.Context.Thaw();
        }

        foreach (var coordinator in _fleet.Coordinators)
        {
            coordinator.Context.Thaw();
        }

        if (_fleet.Coordinators.Count == 0)
        {
            _fleet.StartCoordinator();
        }

        for (var worker = 0; _fleet.Workers.Count(member => !member.IsLeaving) < Math.Max(1, _plan.Job.MinimumWorkers); worker++)
        {
            StartWorker($"rescue{worker}");
        }

        _fleet.Checks.Note("faults end");
    }

    private void Finish()
    {
        var end = _fleet.Scheduler.Now + RunLimit;
        var hasStarted = false;
        while (!HasEnded())
        {
            hasStarted &= !Resume();
            var committed = _fleet.Checks.Committed;
            var since = _fleet.Scheduler.Now;
            var limit = hasStarted ? ProgressLimit : ProgressLimit + _fleet.Times.Gathering;
            RunUntil(() => _fleet.Checks.Committed > committed || HasEnded() || Job.State == JobState.Paused, since + limit);
            if (Job.State == JobState.Paused)
            {
                continue;
            }

            _fleet.Checks.Progressed(_fleet.Scheduler.Now - since);
            if (_fleet.Checks.Committed == committed && !HasEnded())
            {
                _fleet.Coordinators.ToList().ForEach(coordinator => _fleet.Checks.Note(coordinator.Description));
            }

            _fleet.Checks.Require(
                _fleet.Checks.Committed > committed || HasEnded(), $"I7 progress within {limit.TotalSeconds} s after the faults (step {committed})");
            hasStarted = true;
            _fleet.Checks.Require(_fleet.Scheduler.Now < end, "the job ends");
        }

        _fleet.Checks.LookAtEnd();
        RunUntil(() => false, _fleet.Scheduler.Now + TimeSpan.FromSeconds(8));
        foreach (var worker in _fleet.Workers)
        {
            worker.Context.Kill();
        }

        foreach (var coordinator in _fleet.Coordinators)
        {
            coordinator.Kill();
        }

        RunUntil(() => false, _fleet.Scheduler.Now + TimeSpan.FromMinutes(21));
        _fleet.Checks.LookAtLeft();
    }

    private JobRecord Job => _fleet.Store.Jobs.ReadAsync(SimulatedJob.Id).Result!;

    private bool HasEnded() => Job.HasEnded;

    /// <summary>A person sees why the job is paused, mends it and resumes.</summary>
    private bool Resume()
    {
        if (Job is not { State: JobState.Paused } job)
        {
            return false;
        }

        _fleet.Checks.Require(job.Reason == "StoreFull", $"a job is paused for one reason only, not {job.Reason}");
        _fleet.Store.Jobs.ControlAsync(SimulatedJob.Id, new(ControlVerb.Resume, $"resume-{++_resumed}", 1)).GetAwaiter().GetResult();
        return true;
    }

    private void RunUntil(Func<bool> isDone, TimeSpan end)
    {
        _fleet.Scheduler.RunUntil(() => _fleet.Checks.Broken is not null || isDone(), end);
        if (_fleet.Checks.Broken is { } broken)
        {
            throw new BrokenInvariantException(broken);
        }
    }

    private void StartWorker(string id) =>
        _fleet.StartWorker(id, TimeSpan.FromMilliseconds(2 + (_random.Next(5) == 0 ? 60 : 10) * _random.NextDouble()));

    private void Befall(Misfortune what)
    {
        _fleet.Checks.Note($"misfortune {what}");
        switch (what)
        {
            case Misfortune.KillWorker:
                KillOne();
                break;
            case Misfortune.KillAllWorkers:
                while (_fleet.Workers.Count > 0)
                {
                    KillOne();
                }

                break;
            case Misfortune.FreezeBriefly:
                FreezeWorker(TimeSpan.FromSeconds(2.5 * _random.NextDouble()));
                break;
            case Misfortune.FreezeLong:
                FreezeWorker(TimeSpan.FromSeconds(3 + (4 * _random.NextDouble())));
                break;
            case Misfortune.Join:
                StartWorker($"joiner{++_joined}");
                break;
            case Misfortune.Leave when _fleet.Workers.Count > 1:
                PickWorker()?.Leave();
                break;
            case Misfortune.BreakStream:
                if (PickWorker() is { } disconnected)
                {
                    _fleet.Coordinators.ToList().ForEach(coordinator => coordinator.Disconnect(disconnected, disconnected.Incarnation));
                }

                break;
            case Misfortune.KillCoordinator:
                _fleet.Coordinators.ToList().ForEach(coordinator => coordinator.Kill());
                Later(5, () => _fleet.StartCoordinator());
                break;
            case Misfortune.SecondCoordinator:
                _fleet.StartCoordinator();
                break;
            case Misfortune.TwoLeaders:
                FreezeCoordinator();
                break;
            case Misfortune.MetaAway:
                _fleet.Network.IsMetaAway = true;
                Later(4, () => _fleet.Network.IsMetaAway = false);
                break;
            case Misfortune.DataAway:
                _fleet.Network.IsDataAway = true;
                Later(4, () => _fleet.Network.IsDataAway = false);
                break;
            case Misfortune.WipeData:
                _fleet.Store.Keys.WipeData();
                break;
            case Misfortune.FillData:
                _fleet.Store.Keys.DataBytesMaximum = _fleet.Store.Keys.DataBytes;
                Later(3, () => _fleet.Store.Keys.DataBytesMaximum = long.MaxValue);
                break;
        }
    }

    private void KillOne()
    {
        if (PickWorker() is { } victim)
        {
            _fleet.Checks.Note($"kill {victim.Incarnation}");
            _fleet.Kill(victim);
            Later(3, () => StartWorker(victim.Id));
        }
    }

    private void FreezeWorker(TimeSpan duration)
    {
        if (PickWorker() is { Context.IsFrozen: false } victim)
        {
            _fleet.Checks.Note($"freeze {victim.Incarnation} for {duration.TotalSeconds:F2} s");
            victim.Context.Freeze();
            _fleet.Scheduler.After(duration, victim.Context.Thaw);
        }
    }

    private void FreezeCoordinator()
    {
        if (_fleet.Coordinators is [.., { Context.IsFrozen: false } old])
        {
            old.Context.Freeze();
            _fleet.StartCoordinator();
            _fleet.Scheduler.After(TimeSpan.FromSeconds(2 + (4 * _random.NextDouble())), old.Context.Thaw);
        }
    }

    private SimulatedWorker? PickWorker() => _fleet.Workers.Count == 0 ? null : _fleet.Workers[_random.Next(_fleet.Workers.Count)];

    private void Later(double seconds, Action action) => _fleet.Scheduler.After(TimeSpan.FromSeconds(seconds * _random.NextDouble()), action);
}
