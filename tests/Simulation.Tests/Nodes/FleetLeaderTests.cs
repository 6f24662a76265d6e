using System.Diagnostics.Metrics;
using LightlyCluster.Coordinator.Hosting;
using LightlyCluster.Coordinator.Jobs;
using LightlyCluster.Coordinator.Membership;
using LightlyCluster.Coordinator.Security;
using LightlyCluster.Fleet.Membership;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Simulation.Tests.Time;
using LightlyCluster.TestSupport;
using Microsoft.Extensions.Logging.Abstractions;

namespace LightlyCluster.Simulation.Tests.Nodes;

public sealed class FleetLeaderTests
{
    [Fact]
    public async Task A_leader_goes_on_when_META_has_forgotten_its_term()
    {
        var scheduler = new Scheduler(1);
        var clock = new VirtualClock(scheduler);
        var (before, after) = (new MemoryFleetStore(clock), new MemoryFleetStore(clock));
        await before.Leases.AcquireLeadershipAsync("earlier", TimeSpan.FromSeconds(1));
        await before.Leases.ReleaseLeadershipAsync("earlier");
        var leases = new SwitchedLeases { Inner = before.Leases };
        using var directory = new WorkerDirectory(clock);
        using var meters = new Meters();
        var leader = new FleetLeader(
            before.Jobs, leases, directory, new(leases, new CoordinatorOptions { Advertise = "here" }, clock),
            new(before.Jobs, directory, new(meters), clock, NullLogger<JobBooks>.Instance), MembershipTimes.Default,
            new(new SecurityOptions(), new CoordinatorOptions()), clock, NullLogger<FleetLeader>.Instance);
        await leader.TickAsync();
        (leader.State.Role, leader.State.Term).ShouldBe((ObserverRole.Leader, 2));

        leases.Inner = after.Leases;
        scheduler.RunUntil(() => false, TimeSpan.FromSeconds(2));
        await leader.TickAsync();

        (leader.State.Role, leader.State.Term).ShouldBe((ObserverRole.Leader, 1));
    }

    private sealed class SwitchedLeases : ILeaseStore
    {
        public required ILeaseStore Inner { get; set; }

        public Task RenewAsync(string incarnation, TimeSpan life) => Inner.RenewAsync(incarnation, life);

        public Task ReleaseAsync(string incarnation) => Inner.ReleaseAsync(incarnation);

        public Task<IReadOnlySet<string>> HeldAsync(IReadOnlyList<string> incarnations) => Inner.HeldAsync(incarnations);

        public Task<long?> AcquireLeadershipAsync(string coordinator, TimeSpan life) => Inner.AcquireLeadershipAsync(coordinator, life);

        public Task<string?> ReadLeaderAsync() => Inner.ReadLeaderAsync();

        public Task ReleaseLeadershipAsync(string coordinator) => Inner.ReleaseLeadershipAsync(coordinator);
    }

    private sealed class Meters : IMeterFactory
    {
        private readonly List<Meter> _meters = [];

        public Meter Create(MeterOptions options)
        {
            var meter = new Meter(options);
            _meters.Add(meter);
            return meter;
        }

        public void Dispose() => _meters.ForEach(meter => meter.Dispose());
    }
}
