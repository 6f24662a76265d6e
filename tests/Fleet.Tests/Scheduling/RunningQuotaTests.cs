using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Tests.Membership;

namespace LightlyCluster.Fleet.Tests.Scheduling;

public sealed class RunningQuotaTests
{
    [Fact]
    public void A_tenant_runs_as_many_jobs_as_it_may_and_the_next_one_says_why_it_waits()
    {
        var fleet = new FleetDriver();
        foreach (var id in new[] { "one", "two", "three" })
        {
            fleet.AddJob(id, maximum: 1);
            fleet.Set(id, "tenant", id == "three" ? "other" : "vision");
            fleet.Set(id, "runningMaximum", "1");
        }

        fleet.Join("a", "b", "c");
        fleet.Pass(2);

        fleet.Actions.OfType<AssignWorker>().Select(action => action.Job).Distinct().Order(StringComparer.Ordinal).ShouldBe(["one", "three"]);
        var explained = fleet.Actions.OfType<ExplainJob>().First(action => action.Job == "two");
        explained.Reason.ShouldBe("QuotaReached");
        explained.Message.ShouldContain("may run 1 jobs at a time");
    }
}
