using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Tests.Jobs;

public sealed class SyncValidatorTests
{
    [Theory]
    [InlineData(0, 0.7, 0.9, "sync.localSteps is 0; allowed is 1 to 1000")]
    [InlineData(1001, 0.7, 0.9, "sync.localSteps is 1001; allowed is 1 to 1000")]
    [InlineData(8, 0, 0.9, "sync.outerLearningRate is 0; allowed is 1E-06 to 10")]
    [InlineData(8, double.NaN, 0.9, "sync.outerLearningRate is NaN")]
    [InlineData(8, 0.7, 1, "sync.outerMomentum is 1; allowed is 0 to 0.999999")]
    public void A_value_out_of_range_is_one_error_that_says_what_is_allowed(int steps, double rate, double momentum, string expected)
    {
        var sync = new SyncSpecification
        {
            Transport = JobVocabulary.TransportLocalSgd,
            LocalSteps = steps,
            OuterLearningRate = rate,
            OuterMomentum = momentum,
        };

        Check(sync).ShouldHaveSingleItem().Message.ShouldStartWith(expected);
    }

    [Theory]
    [InlineData(4, 0.7, 0.9, "sync.localSteps is 4")]
    [InlineData(1, 1, 0.9, "sync.outerLearningRate is 1")]
    [InlineData(1, 0.7, 0, "sync.outerMomentum is 0")]
    public void What_only_local_SGD_has_is_refused_elsewhere(int steps, double rate, double momentum, string expected)
    {
        var sync = new SyncSpecification { LocalSteps = steps, OuterLearningRate = rate, OuterMomentum = momentum };

        Check(sync).ShouldHaveSingleItem().Message.ShouldBe(
            $"{expected}, but sync.transport is redis, which exchanges after every batch; leave it out, or use sync.transport local-sgd");
    }

    [Fact]
    public void An_unknown_transport_is_one_error_that_lists_the_known_ones() =>
        Check(new SyncSpecification { Transport = "mpi" }).ShouldHaveSingleItem().Message
            .ShouldBe($"sync.transport 'mpi' is unknown; known: {string.Join(", ", JobVocabulary.Transports)}");

    [Fact]
    public void Warm_up_is_counted_in_batches_and_follows_the_rounds()
    {
        new ScheduleSpecification().ResolveWarmup(50, 2, 8).ShouldBe(40);
        new ScheduleSpecification().ResolveWarmup(1000, 2, 8).ShouldBe(160);
        new ScheduleSpecification { WarmupSteps = 3 }.ResolveWarmup(50, 2, 8).ShouldBe(24);
        new ScheduleSpecification { WarmupSteps = 60 }.ResolveWarmup(50, 2, 1).ShouldBe(50);
    }

    private static IReadOnlyList<FieldViolation> Check(SyncSpecification sync) =>
        JobSpecificationValidator.Validate(JobSpecificationValidatorTests.Specification("simclr", "nt-xent") with { Sync = sync });
}
