using LightlyCluster.Worker.Sessions;
using Microsoft.Extensions.Time.Testing;

namespace LightlyCluster.Deploy.Tests.Hosting;

public sealed class AbsenceTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void It_is_said_at_once_and_every_half_minute()
    {
        var absence = new Absence(_clock);
        var said = new List<int>();
        for (var second = 0; second < 100; second++)
        {
            if (absence.Failed())
            {
                said.Add(second);
            }

            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        said.ShouldBe([0, 30, 60, 90]);
    }

    [Fact]
    public void Its_end_is_told_once_and_the_next_one_is_said_at_once()
    {
        var absence = new Absence(_clock);
        var atStart = absence.Ended();
        absence.Failed();
        _clock.Advance(TimeSpan.FromSeconds(7));

        (atStart, absence.Ended(), absence.Ended()).ShouldBe((null, TimeSpan.FromSeconds(7), null));
        absence.Failed().ShouldBeTrue();
    }

    [Fact]
    public void Attempts_come_quickly_at_first_and_not_all_at_once_later()
    {
        var absence = new Absence(_clock);
        absence.Failed();
        var first = absence.Delay;
        _clock.Advance(TimeSpan.FromSeconds(2));
        var later = Enumerable.Range(0, 50).Select(_ => absence.Delay).ToArray();
        _clock.Advance(TimeSpan.FromHours(1));
        var last = absence.Delay;

        first.ShouldBe(TimeSpan.FromMilliseconds(100));
        later.ShouldAllBe(delay => delay >= TimeSpan.FromMilliseconds(250) && delay <= TimeSpan.FromMilliseconds(500));
        later.Distinct().Count().ShouldBeGreaterThan(5);
        last.ShouldBe(TimeSpan.FromSeconds(1));
    }
}
