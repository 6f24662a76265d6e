using LightlyCluster.Fleet.Jobs;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Fleet.Transports;

namespace LightlyCluster.Fleet.Tests.Transports;

public sealed class TransportChoiceTests
{
    private const int ResNet18 = 11_250_000;
    private static readonly LinkMeasurement Usual = new(1e9, 2e9, "");

    [Theory]
    [InlineData("redis")]
    [InlineData("peer")]
    [InlineData("nccl")]
    public void What_the_job_says_is_taken_whatever_was_measured(string transport) =>
        TransportChoice.Of(By(transport), JobOf(ResNet18, Usual), 4).ShouldBe(new(transport, ""));

    [Fact]
    public void The_bytes_of_local_SGD_go_through_the_store() =>
        TransportChoice.Of(By("local-sgd"), JobOf(ResNet18, Usual), 4).ShouldBe(TransportChoice.Redis);

    [Fact]
    public void Several_workers_with_a_large_model_speak_with_each_other()
    {
        var choice = TransportChoice.Of(By("auto"), JobOf(ResNet18, Usual), 4);

        choice.Name.ShouldBe("peer");
        choice.Why.ShouldBe("45 MB a step, 4 workers; redis measured 1.00 GB/s: about 450 ms, worker to worker 2.00 GB/s: about 33.8 ms");
    }

    [Theory]
    [InlineData("bf16", "22.5 MB a step, 4 workers; redis measured 1.00 GB/s: about 225 ms, worker to worker 2.00 GB/s: about 16.9 ms")]
    [InlineData("int8", "11.6 MB a step, 4 workers; redis measured 1.00 GB/s: about 116 ms, worker to worker 2.00 GB/s: about 8.7 ms")]
    public void What_is_rounded_takes_less_time(string wire, string why) =>
        TransportChoice.Of(By("auto", wire), JobOf(ResNet18, Usual), 4).Why.ShouldBe(why);

    [Fact]
    public void One_worker_exchanges_nothing() =>
        TransportChoice.Of(By("auto"), JobOf(ResNet18, Usual), 1).ShouldBe(new("redis", "one worker: no gradients travel"));

    [Fact]
    public void A_direct_way_that_is_slow_is_not_taken() =>
        TransportChoice.Of(By("auto"), JobOf(ResNet18, new(4e9, 0.5e9, "")), 2).Name.ShouldBe("redis");

    [Fact]
    public void A_worker_that_cannot_reach_another_one_keeps_all_with_redis()
    {
        var choice = TransportChoice.Of(By("auto"), JobOf(ResNet18, Usual with { Blocked = "worker two cannot reach incarnation one (refused)" }), 4);

        choice.ShouldBe(new("redis", "45 MB a step, 4 workers; worker two cannot reach incarnation one (refused)"));
    }

    [Fact]
    public void Before_anything_is_measured_redis_is_taken() =>
        TransportChoice.Of(By("auto"), JobOf(ResNet18, LinkMeasurement.Unknown), 4).ShouldBe(new("redis", "45 MB a step, 4 workers; not measured yet"));

    [Fact]
    public void Of_several_measurements_the_slowest_counts_and_a_blocked_way_stays_blocked()
    {
        var all = LinkMeasurement.Unknown.With(new(2e9, 0, "")).With(new(1e9, 3e9, "a|b")).With(new(4e9, 2e9, ""));

        all.ShouldBe(new(1e9, 2e9, "a|b"));
        LinkMeasurement.Read(all.Write()).ShouldBe(all);
        LinkMeasurement.Read("").ShouldBe(LinkMeasurement.Unknown);
    }

    [Fact]
    public void Workers_with_a_GPU_each_on_one_machine_exchange_by_NCCL()
    {
        var links = (Usual with { Nccl = NcclReach.Of("one", "box", "0000:17:00.0") }).With(Usual with { Nccl = NcclReach.Of("two", "box", "0000:65:00.0") });

        var choice = TransportChoice.Of(By("auto"), JobOf(ResNet18, links), 2);

        choice.ShouldBe(new("nccl", "45 MB a step, 2 workers; each worker has a GPU of its own and NCCL, all on one machine"));
    }

    [Fact]
    public void Where_NCCL_is_not_everywhere_the_choice_says_why()
    {
        var links = Usual with { Nccl = NcclReach.Of("one", "box", "0000:17:00.0").With(NcclReach.Without("two", "no CUDA device")) };

        var choice = TransportChoice.Of(By("auto"), JobOf(ResNet18, links), 4);

        choice.Name.ShouldBe("peer");
        choice.Why.ShouldStartWith("45 MB a step, 4 workers; not nccl (two: no CUDA device); redis measured 1.00 GB/s");
    }

    [Fact]
    public void One_GPU_for_two_workers_or_several_machines_speak_against_NCCL()
    {
        var one = NcclReach.Of("one", "box", "0000:17:00.0");

        one.With(NcclReach.Of("two", "box", "0000:17:00.0")).Problem.ShouldBe("one and two share GPU 0000:17:00.0");
        one.With(NcclReach.Of("two", "shelf", "0000:17:00.0")).Problem.ShouldBe("workers are on several machines");
        one.With(one).ShouldBe(one);
        NcclReach.Unknown.With(one).With(NcclReach.Unknown).ShouldBe(one);
        NcclReach.Read(one.Write()).ShouldBe(one);
        NcclReach.Read(NcclReach.Without("two", "a|b").Write()).Problem.ShouldBe("two: a/b");
    }

    private static SyncSpecification By(string transport, string wire = JobVocabulary.WireSingle) => new() { Transport = transport, Wire = wire };

    private static JobRecord JobOf(int vectorLength, LinkMeasurement links) =>
        new(new Dictionary<string, string> { ["vectorLength"] = $"{vectorLength}", ["links"] = links.Write() });
}
