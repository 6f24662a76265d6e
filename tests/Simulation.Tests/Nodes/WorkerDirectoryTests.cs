using LightlyCluster.Coordinator.Membership;

namespace LightlyCluster.Simulation.Tests.Nodes;

public sealed class WorkerDirectoryTests
{
    [Fact]
    public void A_worker_that_registers_while_the_leader_looks_is_not_forgotten()
    {
        using var directory = new WorkerDirectory(TimeProvider.System);
        directory.Register(new() { WorkerId = "worker", Incarnation = "incarnation", NumericClass = "class" });

        // The leader has not taken the registration yet, so it knows nobody.
        directory.Keep(_ => false);

        directory.Find("incarnation").ShouldNotBeNull();
    }
}
