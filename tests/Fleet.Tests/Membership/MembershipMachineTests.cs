using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Membership;

namespace LightlyCluster.Fleet.Tests.Membership;

public sealed class MembershipMachineTests
{
    private readonly FleetDriver _fleet = new();

    [Fact]
    public void A_job_starts_when_the_wanted_workers_are_ready()
    {
        _fleet.AddJob(maximum: 2);
        _fleet.Join("a");
        _fleet.Pass();
        _fleet.Report("a");
        _fleet.Pass(5);
        _fleet.Job().State.ShouldBe(JobState.Queued);

        _fleet.Join("b");
        _fleet.Pass();
        _fleet.Report("b");
        _fleet.Pass();

        _fleet.Job().State.ShouldBe(JobState.Running);
        _fleet.Job().Plan.Next.Encode().ShouldBe("a:0:2,b:2:2");
    }

    [Fact]
    public void After_fifteen_seconds_fewer_workers_are_enough_but_never_fewer_than_the_minimum()
    {
        _fleet.AddJob(minimum: 2, maximum: 4);
        Begin("a");
        _fleet.Pass(60);
        _fleet.Job().State.ShouldBe(JobState.Queued);
        _fleet.Job().Message.ShouldBe("waits for 1 more worker (has 1, minimum 2)");

        _fleet.Join("b");
        _fleet.Pass();
        _fleet.ReportAll();
        _fleet.Pass(16);

        _fleet.Job().Plan.Members.ShouldBe(["a", "b"]);
        _fleet.Job().Message.ShouldBeEmpty();
    }

    [Fact]
    public void Workers_of_another_numeric_class_wait_and_the_job_says_so()
    {
        _fleet.AddJob(numericClass: "other");
        _fleet.Join("a");
        _fleet.Pass(3);

        _fleet.State.Workers["a"].Phase.ShouldBe(MemberPhase.Idle);
        _fleet.Job().Message.ShouldBe("waits for 1 more worker (has 0, minimum 1); 1 worker is of another numeric class and would compute other bits");
    }

    [Fact]
    public void A_closed_stream_is_a_death_after_a_quarter_of_a_second_and_survivors_keep_what_they_hold()
    {
        Begin("a", "b", "c");
        _fleet.Close("b");
        _fleet.Pass(0.2);
        _fleet.Job().Generation.ShouldBe(1);

        _fleet.Pass(0.1);

        var begun = _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem();
        begun.Lost.ShouldHaveSingleItem().ShouldBe(new Loss("b", "connection closed", TimeSpan.FromMilliseconds(250)));
        begun.Current.Encode().ShouldBe("a:0:2,c:2:2");
        _fleet.State.Workers["b"].Phase.ShouldBe(MemberPhase.Fenced);
    }

    [Fact]
    public void A_stream_that_comes_back_in_time_is_no_death()
    {
        Begin("a", "b", "c");
        _fleet.Close("b");
        _fleet.Pass(0.2);
        _fleet.Feed(new StreamOpened("b"));
        _fleet.Pass(5);

        _fleet.Job().Generation.ShouldBe(1);
    }

    [Fact]
    public void When_most_streams_close_together_only_leases_count()
    {
        Begin("a", "b", "c");
        _fleet.Close("a");
        _fleet.Close("b");
        _fleet.Pass(2);
        _fleet.Job().Generation.ShouldBe(1);

        _fleet.LoseLease("a");
        _fleet.Pass(0.1);

        _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem().Lost.ShouldHaveSingleItem().Cause.ShouldBe("lease expired");
    }

    [Fact]
    public void A_paused_worker_is_fenced_by_its_lease_and_learns_it_when_it_wakes()
    {
        Begin("a", "b");
        _fleet.LoseLease("b");
        _fleet.Pass(0.1);

        _fleet.Actions.ShouldContain(new FenceWorker("b", "job", "lease expired"));
        _fleet.Report("a");
        _fleet.Feed(new WorkerReported("b", new("job", WorkerStatus.Training, 0)));
        _fleet.GetLease("b");
        _fleet.Pass(5);
        _fleet.Job().Plan.Members.ShouldBe(["a"]);
    }

    [Fact]
    public void When_META_was_away_nobody_dies_although_all_leases_ended()
    {
        Begin("a", "b", "c");
        _fleet.IsStoreAway = true;
        _fleet.LoseLease("a", "b", "c");
        _fleet.Pass(10);
        _fleet.IsStoreAway = false;
        _fleet.Pass(2.5);
        _fleet.GetLease("a", "b", "c");
        _fleet.Pass(5);

        _fleet.Job().Generation.ShouldBe(1);
        _fleet.Job().State.ShouldBe(JobState.Running);
    }

    [Fact]
    public void An_observer_that_slept_does_not_trust_what_it_missed()
    {
        Begin("a", "b");
        var awake = _fleet.Now + TimeSpan.FromMinutes(1);

        var state = MembershipMachine.Advance(_fleet.State, new LeasesRead(new HashSet<string> { "a" }), awake).State;

        MembershipMachine.Advance(state, new Looked(), awake).Actions.ShouldBeEmpty();
        MembershipMachine.Advance(state, new Looked(), awake + TimeSpan.FromSeconds(3.1)).Actions.OfType<BeginGeneration>().ShouldNotBeEmpty();
    }

    [Fact]
    public void Who_leaves_is_not_lost()
    {
        Begin("a", "b");
        _fleet.Leave("a");
        _fleet.Pass();

        var begun = _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem();
        begun.Lost.ShouldBeEmpty();
        begun.Left.ShouldHaveSingleItem().ShouldBe(new Departure("a", "left"));
        _fleet.State.Workers["a"].Phase.ShouldBe(MemberPhase.Left);
        _fleet.Job().Plan.Next.Encode().ShouldBe("b:0:4");
    }

    [Fact]
    public void When_all_leave_the_last_one_stays_until_the_state_is_saved()
    {
        Begin("a", "b");
        _fleet.Leave("a");
        _fleet.Leave("b");
        _fleet.Pass();
        _fleet.Job().Plan.Members.ShouldBe(["a"]);

        _fleet.Leave("a", isSaved: true);
        _fleet.Pass();

        _fleet.Job().State.ShouldBe(JobState.Queued);
        _fleet.Job().Message.ShouldBe("waits for 1 more worker (has 0, minimum 1)");
    }

    [Fact]
    public void A_joiner_gets_shards_from_the_next_step_on()
    {
        Begin("a");
        _fleet.Join("b");
        _fleet.Pass();
        _fleet.ReportAll();
        _fleet.Pass();

        var begun = _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem();
        begun.Current.Encode().ShouldBe("a:0:4");
        begun.Next.Encode().ShouldBe("a:0:2,b:2:2");
        begun.Joined.ShouldBe(["b"]);
    }

    [Fact]
    public void A_joiner_that_is_behind_waits()
    {
        Begin("a");
        _fleet.Set("job", "step", "5");
        _fleet.Join("b");
        _fleet.Pass();
        _fleet.Report("b", step: 2);
        _fleet.Pass(1);

        _fleet.Job().Plan.Members.ShouldBe(["a"]);
        _fleet.State.Workers["b"].Phase.ShouldBe(MemberPhase.CatchingUp);
    }

    [Fact]
    public void A_job_that_falls_below_its_minimum_saves_its_state_and_waits()
    {
        _fleet.AddJob(minimum: 2, maximum: 2);
        Begin("a", "b");
        _fleet.LoseLease("b");
        _fleet.Pass(0.1);
        _fleet.Actions.OfType<YieldJob>().ShouldHaveSingleItem().Reason.ShouldBe("BelowMinimum");

        _fleet.Yield();
        _fleet.Pass(2);

        _fleet.Job().State.ShouldBe(JobState.Queued);
        _fleet.Job().Message.ShouldBe("waits for 1 more worker (has 1, minimum 2)");
    }

    [Fact]
    public void A_job_of_higher_priority_takes_the_workers_of_a_lower_one_after_one_step()
    {
        _fleet.AddJob("low", minimum: 2);
        Begin("a", "b");
        _fleet.AddJob("high", minimum: 2, priority: 5);
        _fleet.Pass(0.1);
        _fleet.Actions.OfType<YieldJob>().ShouldHaveSingleItem().Reason.ShouldBe("Preempted");
        _fleet.Job("low").Plan.Members.ShouldBe(["a", "b"]);

        _fleet.Yield("low");
        _fleet.Settle();

        _fleet.Job("high").Plan.Members.ShouldBe(["a", "b"]);
        _fleet.Job("low").Message.ShouldBe("waits for 2 more workers (has 0, minimum 2); job high comes first");

        _fleet.Set("high", "state", "Succeeded");
        _fleet.Settle();
        _fleet.Job("low").State.ShouldBe(JobState.Running);
    }

    [Fact]
    public void Workers_above_the_minimum_go_to_the_other_job_without_stopping_the_first()
    {
        _fleet.AddJob("first");
        Begin("a", "b", "c", "d");
        _fleet.AddJob("second");
        _fleet.Settle();

        _fleet.Job("first").Plan.Members.ShouldBe(["a", "b"]);
        _fleet.Job("second").Plan.Members.ShouldBe(["c", "d"]);
    }

    [Fact]
    public void Shares_follow_throughput_when_it_lasts()
    {
        _fleet.AddJob(shards: 9);
        Begin("a", "b");
        for (var step = 0; step < 20; step++)
        {
            _fleet.Commit();
            _fleet.Report("a", speed: 2);
            _fleet.Report("b", speed: 1);
            _fleet.Pass();
        }

        _fleet.Job().Plan.Next.Encode().ShouldBe("a:0:6,b:6:3");
        _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem();
        _fleet.Actions.OfType<NoteLine>().ShouldHaveSingleItem().Text.ShouldStartWith("b is a straggler: 1 shards/s, 50");
    }

    [Fact]
    public void Others_compute_the_shards_of_a_stuck_member_too_and_later_it_is_fenced()
    {
        Begin("a", "b");
        for (var step = 0; step < 4; step++)
        {
            _fleet.Commit();
            _fleet.Pass(0.1);
        }

        _fleet.Report("a", part: StepPart.Waiting);
        _fleet.Report("b", part: StepPart.Computing);
        _fleet.Pass(1.2);

        var help = _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem();
        help.Current.Encode().ShouldBe("a:0:4");
        help.Next.Members.ShouldBe(["a", "b"]);

        _fleet.Report("a", part: StepPart.Waiting);
        _fleet.Pass(7);
        _fleet.Actions.OfType<BeginGeneration>().Last().Lost.ShouldHaveSingleItem().Cause.ShouldBe("stuck");
    }

    [Fact]
    public void A_stuck_member_holds_no_shards_in_later_steps_and_gets_its_share_again_when_it_moves()
    {
        _fleet.AddJob(shards: 6);
        Begin("a", "b", "c");
        Commit(4);
        Stick("b");
        _fleet.Pass(1.2);
        var help = _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem();
        help.Next.Encode().ShouldBe("a:0:3,c:3:3,b:6:0");

        // Steps go on without it, and it is neither helped nor waited for anew.
        for (var step = 0; step < 10; step++)
        {
            _fleet.Commit();
            _fleet.Report("a");
            _fleet.Report("c");
            _fleet.Pass(0.2);
        }

        _fleet.Actions.OfType<BeginGeneration>().Count().ShouldBe(1);
        Commit(5);

        _fleet.Job().Plan.Next.Ranges.ShouldContain(share => share.Member == "b" && share.Range.Count > 0);
        _fleet.Actions.OfType<BeginGeneration>().ShouldAllBe(begun => begun.Lost.Count == 0);
    }

    [Fact]
    public void A_member_that_stands_while_steps_go_on_without_it_is_fenced()
    {
        Begin("a", "b", "c");
        Commit(4);
        Stick("b");
        for (var step = 0; step < 40; step++)
        {
            _fleet.Pass(0.2);
            _fleet.Commit();
            _fleet.Report("a");
            _fleet.Report("c");
        }

        var lost = _fleet.Actions.OfType<BeginGeneration>().SelectMany(begun => begun.Lost).ShouldHaveSingleItem();
        (lost.Incarnation, lost.Cause).ShouldBe(("b", "stuck"));
        lost.Detection.TotalSeconds.ShouldBeInRange(6, 7);
    }

    [Fact]
    public void Who_is_not_heard_any_more_but_holds_its_lease_is_not_stuck()
    {
        Begin("a", "b", "c");
        Commit(4);
        Stick("b");
        _fleet.Mute("b");
        for (var step = 0; step < 40; step++)
        {
            _fleet.Pass(0.2);
            _fleet.Commit();
            _fleet.Report("a", part: StepPart.Waiting);
            _fleet.Report("c", part: StepPart.Waiting);
        }

        _fleet.Actions.OfType<BeginGeneration>().SelectMany(begun => begun.Lost).ShouldBeEmpty();
    }

    [Fact]
    public void A_member_that_comes_after_the_others_keeps_them_waiting_like_one_that_computes()
    {
        Begin("a", "b", "c");
        Commit(4);
        _fleet.Commit();
        _fleet.Report("b", WorkerStatus.Loading, step: 4);
        _fleet.Report("a", part: StepPart.Waiting);
        _fleet.Report("c", part: StepPart.Waiting);
        _fleet.Pass(1.2);

        _fleet.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem().Next.Encode().ShouldBe("a:0:2,c:2:2,b:4:0");
    }

    [Fact]
    public void Payloads_are_kept_for_a_joiner_and_not_for_one_that_died_over_it()
    {
        Begin("a");
        _fleet.Set("job", "step", "5");
        _fleet.Set("job", "retainFrom", "3");
        _fleet.Report("a");
        _fleet.Join("b");
        _fleet.Pass();
        _fleet.Report("b", WorkerStatus.Loading, step: 3);
        _fleet.Pass(20);
        _fleet.Actions.OfType<EndRetention>().ShouldBeEmpty();

        _fleet.Close("b");
        _fleet.LoseLease("b");
        _fleet.Pass(60);

        _fleet.Actions.OfType<EndRetention>().ShouldNotBeEmpty();
        _fleet.Job().RetainFrom.ShouldBe(-1);
    }

    [Fact]
    public void A_fault_of_the_job_fails_it_and_a_fault_of_a_worker_costs_that_worker()
    {
        Begin("a", "b");
        _fleet.Report("b", WorkerStatus.Failed, message: "WorkerFailed: out of memory");
        _fleet.Pass();
        _fleet.Job().Plan.Members.ShouldBe(["a"]);
        _fleet.Job().State.ShouldBe(JobState.Running);

        _fleet.Report("a", WorkerStatus.Failed, message: "InvalidData: 3.jpg does not decode");
        _fleet.Pass();
        _fleet.Job().State.ShouldBe(JobState.Failed);
    }

    [Fact]
    public void A_new_leader_waits_for_members_it_has_not_met()
    {
        var next = new FleetDriver(term: 2);
        next.AddRunningJob("a:0:2,b:2:2");
        next.GetLease("a", "b");
        next.Pass(10);
        next.Actions.ShouldBeEmpty();

        next.LoseLease("b");
        next.Pass(0.1);
        next.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem().Lost.ShouldHaveSingleItem().Incarnation.ShouldBe("b");
    }

    [Fact]
    public void A_deputy_replaces_members_whose_lease_ended_and_nothing_else()
    {
        var deputy = new FleetDriver(ObserverRole.Deputy, 0);
        deputy.AddRunningJob("a:0:2,b:2:2");
        deputy.GetLease("a", "b");
        deputy.Pass(4);
        deputy.Actions.ShouldBeEmpty();

        deputy.LoseLease("b");
        deputy.Pass();
        deputy.Actions.OfType<BeginGeneration>().ShouldHaveSingleItem().Next.Encode().ShouldBe("a:0:4");
    }

    private void Commit(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            _fleet.Commit();
            _fleet.ReportAll();
            _fleet.Pass(0.1);
        }
    }

    /// <summary>One member computes on and on; the others have done their part.</summary>
    private void Stick(string stuck)
    {
        foreach (var member in _fleet.Job().Plan.Members)
        {
            _fleet.Report(member, part: member == stuck ? StepPart.Computing : StepPart.Waiting);
        }
    }

    /// <summary>Lets a job run on these workers.</summary>
    private void Begin(params string[] workers)
    {
        if (!_fleet.HasJobs)
        {
            _fleet.AddJob();
        }

        _fleet.Join(workers);
        _fleet.Settle();
    }
}
