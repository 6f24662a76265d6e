using LightlyCluster.Fleet.Verdicts;

namespace LightlyCluster.Fleet.Tests.Verdicts;

public sealed class RunJudgeTests
{
    [Theory]
    [InlineData("forward", 0.6, "backward", 0.3, RunVerdict.ComputeBound)]
    [InlineData("data_wait", 0.3, "forward", 0.6, RunVerdict.InputBound)]
    [InlineData("augment", 0.55, "forward", 0.4, RunVerdict.InputBound)]
    [InlineData("exchange_gradients", 0.2, "exchange_embeddings", 0.15, RunVerdict.ExchangeBound)]
    public void The_phase_that_takes_the_time_decides(string first, double firstShare, string second, double secondShare, string expected)
    {
        var verdict = RunJudge.Judge(Evidence((first, firstShare), (second, secondShare)));

        verdict.ShouldNotBeNull().Kind.ShouldBe(expected);
        verdict.Evidence.ShouldContain(line => line.Contains($"{first} {firstShare:0%}", StringComparison.Ordinal));
        verdict.Advice.ShouldNotBeEmpty();
    }

    [Fact]
    public void A_slow_worker_explains_the_exchange_of_the_others()
    {
        var evidence = Evidence(("exchange_gradients", 0.5), ("forward", 0.4)) with
        {
            Workers = [new("worker-0", 100, false), new("worker-1", 40, false), new("worker-2", 110, false)],
        };

        var verdict = RunJudge.Judge(evidence);

        verdict.ShouldNotBeNull().Kind.ShouldBe(RunVerdict.Straggler);
        verdict.Summary.ShouldContain("worker-1");
        verdict.Evidence.ShouldContain("worker-1 computes 40 images/s, the others 110");
    }

    [Fact]
    public void A_worker_that_was_marked_is_named_although_it_is_only_a_little_slower()
    {
        var evidence = Evidence(("forward", 0.9)) with { Workers = [new("worker-0", 100, false), new("worker-1", 70, true)] };

        RunJudge.Judge(evidence).ShouldNotBeNull().Kind.ShouldBe(RunVerdict.Straggler);
    }

    [Fact]
    public void A_worker_that_was_lost_is_no_straggler()
    {
        var evidence = Evidence(("forward", 0.9)) with
        {
            Workers = [new("worker-0", 100, false), new("worker-1", 40, false, IsGone: true), new("worker-2", 110, false)],
        };

        RunJudge.Judge(evidence).ShouldNotBeNull().Kind.ShouldBe(RunVerdict.ComputeBound);
    }

    [Fact]
    public void Workers_that_differ_a_little_are_no_stragglers()
    {
        var evidence = Evidence(("forward", 0.9)) with { Workers = [new("worker-0", 100, false), new("worker-1", 70, false)] };

        RunJudge.Judge(evidence).ShouldNotBeNull().Kind.ShouldBe(RunVerdict.ComputeBound);
    }

    [Fact]
    public void Memory_near_its_limit_comes_before_everything_else()
    {
        var evidence = Evidence(("data_wait", 0.9)) with { MemoryBytes = [7L << 30, 15L << 29], MemoryLimitBytes = 8L << 30 };

        var verdict = RunJudge.Judge(evidence);

        verdict.ShouldNotBeNull().Kind.ShouldBe(RunVerdict.Memory);
        verdict.Evidence.ShouldHaveSingleItem().ShouldBe("7.5 GiB of 8.0 GiB");
    }

    [Fact]
    public void Memory_that_grows_through_the_run_is_named()
    {
        var evidence = Evidence(("forward", 0.9)) with
        {
            MemoryBytes = [.. Enumerable.Range(1, 32).Select(reading => (long)reading << 27)],
            MemoryLimitBytes = 64L << 30,
        };

        RunJudge.Judge(evidence).ShouldNotBeNull().Summary.ShouldContain("grew");
    }

    [Fact]
    public void Memory_that_rises_at_the_start_only_is_healthy()
    {
        var evidence = Evidence(("forward", 0.9)) with
        {
            MemoryBytes = [.. Enumerable.Range(1, 32).Select(reading => Math.Min(reading, 8L) << 27)],
            MemoryLimitBytes = 64L << 30,
        };

        RunJudge.Judge(evidence).ShouldNotBeNull().Kind.ShouldBe(RunVerdict.ComputeBound);
    }

    [Fact]
    public void A_full_store_is_named_also_when_hardly_a_step_was_made()
    {
        var evidence = Evidence(("forward", 0.9)) with { StepSeconds = [1], IsStoreFull = true };

        RunJudge.Judge(evidence).ShouldNotBeNull().Advice.ShouldContain("maxmemory");
    }

    [Fact]
    public void Too_few_steps_say_nothing() =>
        RunJudge.Judge(Evidence(("forward", 0.9)) with { StepSeconds = [1, 1, 1, 1] }).ShouldBeNull();

    [Fact]
    public void Losses_are_part_of_the_evidence() =>
        RunJudge.Judge(Evidence(("forward", 0.9)) with { Recoveries = 2 }).ShouldNotBeNull().Evidence.ShouldContain("2 workers were lost");

    private static RunEvidence Evidence(params (string Phase, double Share)[] phases) => new()
    {
        StepSeconds = [.. Enumerable.Repeat(0.5, 20)],
        PhaseSeconds = phases.ToDictionary(phase => phase.Phase, phase => phase.Share * 10),
        Workers = [new("worker-0", 100, false), new("worker-1", 90, false)],
    };
}
