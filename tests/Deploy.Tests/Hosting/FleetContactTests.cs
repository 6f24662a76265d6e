using LightlyCluster.Worker.Sessions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;

namespace LightlyCluster.Deploy.Tests.Hosting;

public sealed class FleetContactTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task A_worker_is_ready_with_a_stream_and_a_fresh_lease_only()
    {
        var contact = new FleetContact(_clock);
        var atStart = await StatusAsync(contact);
        contact.StreamIs(isOpen: true);
        var withoutLease = await StatusAsync(contact);
        contact.LeaseRenewed(TimeSpan.FromSeconds(3));
        var withBoth = await StatusAsync(contact);
        contact.StreamIs(isOpen: false);
        var withoutStream = await StatusAsync(contact);

        (atStart, withoutLease, withBoth, withoutStream)
            .ShouldBe((HealthStatus.Unhealthy, HealthStatus.Unhealthy, HealthStatus.Healthy, HealthStatus.Unhealthy));
    }

    [Fact]
    public async Task A_lease_that_was_not_renewed_in_time_is_none()
    {
        var contact = new FleetContact(_clock);
        contact.StreamIs(isOpen: true);
        contact.LeaseRenewed(TimeSpan.FromSeconds(3));

        _clock.Advance(TimeSpan.FromSeconds(2.9));
        var before = await StatusAsync(contact);
        _clock.Advance(TimeSpan.FromSeconds(0.2));

        before.ShouldBe(HealthStatus.Healthy);
        (await StatusAsync(contact)).ShouldBe(HealthStatus.Unhealthy);
    }

    private static async Task<HealthStatus> StatusAsync(FleetContact contact) =>
        (await contact.CheckHealthAsync(new HealthCheckContext(), CancellationToken.None)).Status;
}
