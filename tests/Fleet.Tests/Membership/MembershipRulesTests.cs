using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Tests.Membership;

public sealed class MembershipRulesTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_job_starts_when_the_wanted_workers_are_ready()
    {
        var job = Job("Queued", maximum: 2);

        Decide(job, [Worker("a"), Worker("b", WorkerStatus.Loading)], gathering: TimeSpan.FromSeconds(1)).ShouldBeNull();

        var decision = Decide(job, [Worker("a"), Worker("b")], gathering: TimeSpan.Zero).ShouldNotBeNull();
        decision.IsStart.ShouldBeTrue();
        decision.Next.Encode().ShouldBe("a:0:2,b:2:2");
    }

    [Fact]
    public void After_fifteen_seconds_fewer_workers_are_enough_but_never_fewer_than_the_minimum()
    {
        Decide(Job("Queued", maximum: 4), [Worker("a")], gathering: TimeSpan.FromSeconds(16)).ShouldNotBeNull();
        Decide(Job("Queued", minimum: 2, maximum: 4), [Worker("a")], gathering: Long).ShouldBeNull();
    }

    [Fact]
    public void Workers_of_another_numeric_class_wait() =>
        Decide(Job("Queued"), [Worker("a") with { NumericClass = "other" }], gathering: Long).ShouldBeNull();

    [Fact]
    public void A_closed_stream_is_a_death_after_a_quarter_of_a_second()
    {
        var job = Job("Running", plan: "a:0:2,b:2:1,c:3:1");
        Worker("b");

        Decide(job, [Member("a"), Member("b") with { ClosedFor = TimeSpan.FromMilliseconds(100) }, Member("c")]).ShouldBeNull();

        var decision = Decide(job, [Member("a"), Member("b") with { ClosedFor = TimeSpan.FromMilliseconds(300) }, Member("c")]).ShouldNotBeNull();
        decision.Lost.ShouldHaveSingleItem().Incarnation.ShouldBe("b");
        decision.Current.Encode().ShouldBe("a:0:2,c:2:2");
    }

    [Fact]
    public void When_most_streams_close_together_only_leases_count()
    {
        var job = Job("Running", plan: "a:0:2,b:2:2");
        var away = TimeSpan.FromSeconds(10);

        Decide(job, [Member("a") with { ClosedFor = away }, Member("b") with { ClosedFor = away }]).ShouldBeNull();
        Decide(job, [Member("a") with { ClosedFor = away, HasLease = false }, Member("b") with { ClosedFor = away }])
            .ShouldNotBeNull().Lost.ShouldHaveSingleItem().Cause.ShouldBe("lease expired");
    }

    [Fact]
    public void A_missing_lease_counts_only_after_the_store_answered_for_a_whole_lease()
    {
        var job = Job("Running", plan: "a:0:2,b:2:2");
        var workers = new[] { Member("a"), Member("b") with { HasLease = false } };

        Decide(job, workers, answering: TimeSpan.FromSeconds(2)).ShouldBeNull();
        Decide(job, workers, answering: TimeSpan.FromSeconds(4)).ShouldNotBeNull().Lost.Count.ShouldBe(1);
    }

    [Fact]
    public void Who_leaves_is_not_lost()
    {
        var decision = Decide(Job("Running", plan: "a:0:2,b:2:2"), [Member("a") with { IsLeaving = true }, Member("b")]).ShouldNotBeNull();

        decision.Left.ShouldBe(["a"]);
        decision.Lost.ShouldBeEmpty();
        decision.Next.Encode().ShouldBe("b:0:4");
    }

    [Fact]
    public void A_joiner_gets_shards_from_the_next_step_on()
    {
        var decision = Decide(Job("Running", plan: "a:0:4"), [Member("a"), Worker("b")]).ShouldNotBeNull();

        decision.Current.Encode().ShouldBe("a:0:4");
        decision.Next.Encode().ShouldBe("a:0:2,b:2:2");
        decision.Joined.ShouldBe(["b"]);
    }

    [Fact]
    public void A_joiner_that_is_behind_waits() =>
        Decide(Job("Running", plan: "a:0:4"), [Member("a"), Worker("b") with { Step = 1 }]).ShouldBeNull();

    private static MembershipDecision? Decide(
        JobRecord job, IReadOnlyList<WorkerView> workers, TimeSpan? answering = null, TimeSpan? gathering = null) =>
        MembershipRules.Decide(job, workers, answering ?? Long, gathering ?? Long, MembershipTimes.Default);

    private static WorkerView Worker(string name, WorkerStatus status = WorkerStatus.Ready) =>
        new(name, name, "class", "job", status, 5, 0, IsLeaving: false, ClosedFor: null, HasLease: true);

    private static WorkerView Member(string name) => Worker(name, WorkerStatus.Training);

    private static JobRecord Job(string state, int minimum = 1, int maximum = 0, string plan = "") => new(new Dictionary<string, string>
    {
        ["id"] = "job",
        ["state"] = state,
        ["shards"] = "4",
        ["minimum"] = $"{minimum}",
        ["maximum"] = $"{maximum}",
        ["numericClass"] = "class",
        ["step"] = "5",
        ["generation"] = "1",
        ["planStep"] = "0",
        ["planCurrent"] = plan,
        ["planNext"] = plan,
    });
}
