using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Fleet.Redis.Tests;

/// <content>Tenants, etags, lists and lines.</content>
public abstract partial class ScriptTests
{
    [Fact]
    public async Task A_tenant_has_no_more_jobs_than_its_quota_and_gets_room_back()
    {
        var outcomes = new List<CreateOutcome>();
        for (var number = 0; number < 3; number++)
        {
            outcomes.Add((await _jobs.CreateAsync(NewJob($"q{number}") with { Tenant = "a", Quota = new(Jobs: 2) }, $"quota-{number}")).Outcome);
        }

        var other = await _jobs.CreateAsync(NewJob("q9") with { Tenant = "b", Quota = new(Jobs: 2) }, "quota-9");
        await _jobs.ControlAsync("q0", new(ControlVerb.Cancel, "", 1));
        await _jobs.CleanUpAsync("q0", 0);
        var afterEnd = await _jobs.CreateAsync(NewJob("q3") with { Tenant = "a", Quota = new(Jobs: 2) }, "quota-3");
        await _jobs.ControlAsync("q1", new(ControlVerb.Pause, "", 1));
        await _jobs.ControlAsync("q1", new(ControlVerb.Delete, "", 1));
        var afterDelete = await _jobs.CreateAsync(NewJob("q4") with { Tenant = "a", Quota = new(Jobs: 2) }, "quota-4");

        outcomes.ShouldBe([CreateOutcome.Created, CreateOutcome.Created, CreateOutcome.TooManyJobs]);
        (other.Outcome, afterEnd.Outcome, afterDelete.Outcome).ShouldBe((CreateOutcome.Created, CreateOutcome.Created, CreateOutcome.Created));
    }

    [Fact]
    public async Task A_tenant_submits_no_more_in_a_minute_than_its_quota_and_a_repeat_costs_nothing()
    {
        var quota = new Access.TenantQuota(Submits: 2);
        var outcomes = new List<CreateOutcome>();
        foreach (var request in new[] { "1", "1", "2", "3" })
        {
            outcomes.Add((await _jobs.CreateAsync(NewJob($"s{request}") with { Tenant = "a", Quota = quota }, request)).Outcome);
        }

        outcomes.ShouldBe([CreateOutcome.Created, CreateOutcome.Repeated, CreateOutcome.Created, CreateOutcome.TooManySubmits]);
    }

    [Fact]
    public async Task A_call_acts_only_on_the_job_as_it_was_seen_and_only_on_the_own_one()
    {
        await _jobs.CreateAsync(NewJob("e") with { Tenant = "a" }, "etag");
        var seen = (await _jobs.ReadAsync("e"))!.Etag;

        var stranger = await _jobs.ControlAsync("e", new(ControlVerb.Cancel, "r0", 1, Tenant: "b"));
        var first = await _jobs.ControlAsync("e", new(ControlVerb.Pause, "r1", 1, Etag: seen, Tenant: "a"));
        var repeat = await _jobs.ControlAsync("e", new(ControlVerb.Pause, "r1", 1, Etag: seen, Tenant: "a"));
        var late = await _jobs.ControlAsync("e", new(ControlVerb.Cancel, "r2", 1, Etag: seen, Tenant: "a"));

        (stranger, first, repeat, late).ShouldBe((ControlOutcome.Missing, ControlOutcome.Done, ControlOutcome.Repeated, ControlOutcome.Changed));
        var job = (await _jobs.ReadAsync("e"))!;
        job.State.ShouldBe(JobState.Paused);
        job.Etag.ShouldNotBe(seen);
        await _jobs.ControlAsync("e", new(ControlVerb.Resume, "", 1));
        await _jobs.ControlAsync("e", new(ControlVerb.Pause, "", 1));
        (await _jobs.ReadAsync("e"))!.Etag.ShouldNotBe(job.Etag, "a job that looks the same again has another etag");
    }

    [Fact]
    public async Task A_list_goes_on_behind_a_job_that_is_gone()
    {
        foreach (var (id, created) in new[] { ("la", 1), ("lb", 1), ("lc", 1), ("ld", 2) })
        {
            await _jobs.CreateAsync(NewJob(id) with { Created = created }, $"list-{id}");
        }

        (await _jobs.ListAfterAsync(0, "", 2)).ShouldBe(["la", "lb"]);
        await _jobs.ControlAsync("lb", new(ControlVerb.Pause, "", 1));
        await _jobs.ControlAsync("lb", new(ControlVerb.Delete, "", 1));

        (await _jobs.ListAfterAsync(1, "lb", 2)).ShouldBe(["lc", "ld"]);
        (await _jobs.ListAfterAsync(1, "lc", 9)).ShouldBe(["ld"]);
        (await _jobs.ListAfterAsync(2, "ld", 9)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_line_keeps_its_number_when_old_ones_go_and_a_job_that_is_gone_gets_none()
    {
        await _jobs.CreateAsync(NewJob("lines"), "lines");
        for (var number = 0; number < 2005; number++)
        {
            await _jobs.AppendLineAsync("lines", $"line {number}");
        }

        var first = await _jobs.ReadLinesAsync("lines", 0, 3);
        var last = await _jobs.ReadLinesAsync("lines", 2003, 10);
        await _jobs.AppendLineAsync("nothing", "lost");

        (first.First, last.First).ShouldBe((5, 2003));
        first.Lines.ShouldBe(["line 5", "line 6", "line 7"]);
        last.Lines.ShouldBe(["line 2003", "line 2004"]);
        (await _jobs.ReadLinesAsync("lines", 2005, 10)).Lines.ShouldBeEmpty();
        (await KeysAsync()).ShouldNotContain(key => key.Contains("nothing", StringComparison.Ordinal));
    }
}
