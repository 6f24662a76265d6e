using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Sharding;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Tests.Membership;

/// <summary>An observer's machine over a META of one field dictionary a job: carries out what is decided, at a time that tests move.</summary>
internal sealed class FleetDriver
{
    private readonly SortedDictionary<string, SortedDictionary<string, string>> _jobs = new(StringComparer.Ordinal);
    private readonly HashSet<string> _leases = new(StringComparer.Ordinal);
    private readonly HashSet<string> _mute = new(StringComparer.Ordinal);

    public FleetDriver(ObserverRole role = ObserverRole.Leader, long term = 1) => Feed(new RoleChanged(role, term));

    public FleetState State { get; private set; } = new(MembershipTimes.Default);

    public TimeSpan Now { get; private set; } = TimeSpan.FromHours(1);

    public bool IsStoreAway { get; set; }

    public bool HasJobs => _jobs.Count > 0;

    public List<FleetAction> Actions { get; } = [];

    public JobRecord Job(string id = "job") => new(new Dictionary<string, string>(_jobs[id]));

    public void AddJob(string id = "job", int minimum = 1, int maximum = 0, int priority = 0, int shards = 4, string numericClass = "class") =>
        _jobs[id] = new(StringComparer.Ordinal)
        {
            ["id"] = id,
            ["state"] = "Queued",
            ["created"] = $"{_jobs.Count}",
            ["shards"] = $"{shards}",
            ["minimum"] = $"{minimum}",
            ["maximum"] = $"{maximum}",
            ["priority"] = $"{priority}",
            ["numericClass"] = numericClass,
            ["generation"] = "0",
            ["step"] = "0",
        };

    /// <summary>A job that runs already, as a new observer finds it.</summary>
    public void AddRunningJob(string plan)
    {
        AddJob();
        foreach (var (field, value) in new[] { ("state", "Running"), ("generation", "1"), ("planNext", plan), ("planCurrent", plan) })
        {
            Set("job", field, value);
        }
    }

    public void Join(params string[] workers)
    {
        foreach (var worker in workers)
        {
            _leases.Add(worker);
            Feed(new WorkerRegistered(worker, worker, "class"));
            Feed(new StreamOpened(worker));
            Report(worker);
        }
    }

    public void Report(string worker, WorkerStatus? status = null, double speed = 1, StepPart part = StepPart.None, string message = "", long? step = null)
    {
        var job = State.Workers[worker].Job;
        var isMember = job.Length > 0 && _jobs.ContainsKey(job) && Job(job).Plan.Contains(worker);
        var usual = job.Length == 0 ? WorkerStatus.Idle : isMember ? WorkerStatus.Training : WorkerStatus.Ready;
        Feed(new WorkerReported(worker, new(job, status ?? usual, step ?? (job.Length > 0 ? Job(job).Step : -1), part, 1, speed, message)));
    }

    public void ReportAll(double speed = 1)
    {
        foreach (var worker in State.Workers.Values.Where(worker => worker.IsOpen).Select(worker => worker.Incarnation).ToArray())
        {
            Report(worker, speed: speed);
        }
    }

    public void Close(string worker) => Feed(new StreamClosed(worker, Now));

    public void Leave(string worker, bool isSaved = false) => Feed(new WorkerLeaving(worker, isSaved));

    /// <summary>Nothing that a worker says comes through any more; its stream stays open.</summary>
    public void Mute(string worker) => _mute.Add(worker);

    public void LoseLease(params string[] workers) => _leases.ExceptWith(workers);

    public void GetLease(params string[] workers) => _leases.UnionWith(workers);

    public void Set(string job, string field, string value) => _jobs[job][field] = value;

    public void Commit(string job = "job") => Set(job, "step", $"{Job(job).Step + 1}");

    /// <summary>The first member has written the checkpoint that was wanted.</summary>
    public void Yield(string job = "job")
    {
        Set(job, "state", "Queued");
        Set(job, "reason", Job(job).PauseReason);
        Set(job, "message", Job(job).PauseMessage);
        Set(job, "generation", $"{Job(job).Generation + 1}");
        Set(job, "planNext", "");
        Set(job, "planCurrent", "");
        Set(job, "pauseRequested", "0");
    }

    /// <summary>Reads everything and decides, each 50 ms for a while.</summary>
    public void Pass(double seconds = 0.05)
    {
        for (var end = Now + TimeSpan.FromSeconds(seconds); Now < end;)
        {
            Now += TimeSpan.FromMilliseconds(50);
            if (IsStoreAway)
            {
                Feed(new StoreFailed());
                continue;
            }

            Beat();
            foreach (var job in _jobs.Keys.ToArray())
            {
                Feed(new JobRead(Job(job)));
            }

            Feed(new LeasesRead(_leases.ToHashSet(StringComparer.Ordinal)));
            Feed(new Looked());
        }
    }

    /// <summary>Passes time until the workers have taken and prepared what they were given, and META has answered for long.</summary>
    public void Settle()
    {
        for (var round = 0; round < 3; round++)
        {
            Pass();
            ReportAll();
        }

        Pass(4);
        ReportAll();
        Pass();
        Actions.Clear();
    }

    public void Feed(FleetEvent happened)
    {
        (State, var actions) = MembershipMachine.Advance(State, happened, Now);
        Actions.AddRange(actions);
        foreach (var action in actions)
        {
            CarryOut(action);
        }
    }

    /// <summary>Members repeat what they said last, each half a second, unless their way to the observer is cut.</summary>
    private void Beat()
    {
        foreach (var worker in State.Workers.Values.Where(worker =>
            worker.IsOpen && worker.Phase == MemberPhase.Active && worker.Report.Job == worker.Job && !_mute.Contains(worker.Incarnation)
            && Now - worker.HeardAt >= State.Times.LeaseRenewal).ToArray())
        {
            Feed(new WorkerReported(worker.Incarnation, worker.Report));
        }
    }

    private void CarryOut(FleetAction action)
    {
        switch (action)
        {
            case BeginGeneration begin:
                CheckInvariants(begin);
                Set(begin.Job, "state", "Running");
                Set(begin.Job, "started", "1");
                Set(begin.Job, "generation", $"{begin.ExpectedGeneration + 1}");
                Set(begin.Job, "planStep", $"{Job(begin.Job).Step}");
                Set(begin.Job, "planCurrent", begin.Current.Encode());
                Set(begin.Job, "planNext", begin.Next.Encode());
                Feed(new GenerationBegun(begin, begin.ExpectedGeneration + 1));
                break;
            case QueueJob queue:
                Yield(queue.Job);
                Set(queue.Job, "message", queue.Message);
                Feed(new JobQueued(queue));
                break;
            case YieldJob wanted:
                Set(wanted.Job, "pauseRequested", "1");
                Set(wanted.Job, "pauseReason", wanted.Reason);
                Set(wanted.Job, "pauseMessage", wanted.Message);
                break;
            case EndRetention over:
                Set(over.Job, "retainFrom", "-1");
                break;
            case ExplainJob explain:
                Set(explain.Job, "reason", explain.Reason);
                Set(explain.Job, "message", explain.Message);
                break;
            case FailJob fail:
                Set(fail.Job, "state", nameof(JobState.Failed));
                break;
        }
    }

    /// <summary>What must hold for every generation, whatever happened.</summary>
    private void CheckInvariants(BeginGeneration begin)
    {
        var job = Job(begin.Job);
        begin.ExpectedGeneration.ShouldBe(job.Generation);
        CheckCover(begin.Current, job.ShardCount);
        CheckCover(begin.Next, job.ShardCount);
        if (begin.IsStart)
        {
            begin.Next.Members.Count().ShouldBeGreaterThanOrEqualTo(Math.Max(1, job.MinimumWorkers), "a job never starts below its minimum");
        }

        begin.Next.Members.Count().ShouldBeLessThanOrEqualTo(Math.Max(job.MaximumWorkers, job.Plan.Members.Count));
        begin.Next.Members.ShouldNotContain(member => State.Workers.ContainsKey(member) && State.Workers[member].Phase == MemberPhase.Fenced);
    }

    private static void CheckCover(ShardAssignment assignment, int shards)
    {
        assignment.Ranges.SelectMany(entry => entry.Range.Shards()).ShouldBe(Enumerable.Range(0, shards));
        assignment.Members.Distinct().Count().ShouldBe(assignment.Ranges.Length);
    }
}
