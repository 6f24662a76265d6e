using LightlyCluster.SelfSupervised.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Modules;

public sealed class BatchNormalizationTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_sink_it_computes_what_the_library_layer_computes(bool isImage)
    {
        using var scope = NewDisposeScope();
        var input = Batch(isImage);
        using var ours = new BatchNormalization(3);
        using nn.Module<Tensor, Tensor> theirs = isImage ? nn.BatchNorm2d(3) : nn.BatchNorm1d(3);

        var difference = (ours.call(input) - theirs.call(input)).abs().max().item<float>();

        difference.ShouldBe(0);
        ours.RunningMean.ShouldBeSameValues(theirs.get_buffer("running_mean")!);
        ours.RunningVariance.ShouldBeSameValues(theirs.get_buffer("running_var")!);
        ours.BatchesTracked.item<long>().ShouldBe(1);
        ours.eval();
        theirs.eval();
        ours.call(input).ShouldBeSameValues(theirs.call(input));
    }

    [Fact]
    public void With_a_sink_the_forward_changes_no_state_and_garbage_in_the_sink_does_not_leak()
    {
        using var scope = NewDisposeScope();
        var input = Batch(isImage: true);
        using var plain = new BatchNormalization(3);
        using var layer = new BatchNormalization(3);
        layer.Sink = new(full([3L], float.NaN), full([3L], float.PositiveInfinity));

        var output = layer.call(input);

        output.ShouldBeSameValues(plain.call(input));
        layer.RunningMean.ShouldBeSameValues(zeros(3));
        layer.RunningVariance.ShouldBeSameValues(ones(3));
        layer.BatchesTracked.item<long>().ShouldBe(0);
        var rows = input.permute(1, 0, 2, 3).reshape(3, -1);
        layer.Sink.Mean.ShouldBeCloseTo(rows.mean([1L]), 1e-6);
        layer.Sink.UnbiasedVariance.ShouldBeCloseTo(rows.var(1), 1e-5);
        layer.Sink.Mean.requires_grad.ShouldBeFalse();
    }

    [Fact]
    public void The_sink_can_be_written_again_before_the_backward_of_an_earlier_forward()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(3);
        layer.Sink = new(empty(3), empty(3));
        var input = Batch(isImage: true).requires_grad_();
        var first = layer.call(input);
        var second = layer.call(input * 2);

        (first.pow(3).sum() + second.pow(3).sum()).backward();

        input.grad!.isfinite().all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void It_works_in_double_and_keeps_its_keys()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(3);

        layer.to(float64);

        layer.call(Batch(isImage: false).to(float64)).dtype.ShouldBe(float64);
        layer.RunningMean.dtype.ShouldBe(float64);
        layer.BatchesTracked.dtype.ShouldBe(int64);
        layer.state_dict().Keys.ShouldBe(["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]);
        using var bare = new BatchNormalization(3, affine: false);
        bare.named_parameters().ShouldBeEmpty();
    }

    [Fact]
    public void A_batch_of_one_value_per_channel_is_refused_in_training_only()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(3);

        Should.Throw<ArgumentException>(() => layer.call(ones(1, 3))).Message.ShouldContain("more than one value per channel");
        Should.Throw<ArgumentException>(() => layer.call(ones(4, 5)));
        layer.eval();
        layer.call(ones(1, 3)).shape.ShouldBe([1, 3]);
    }

    [Fact]
    public void Only_the_result_survives_the_forward()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(3);
        layer.Sink = new(empty(3), empty(3));
        var input = Batch(isImage: true);
        var before = scope.DisposablesCount;

        _ = layer.call(input);

        scope.DisposablesCount.ShouldBe(before + 1);
    }

    [Fact]
    public void Split_normalization_equals_ordinary_layers_on_interleaved_samples()
    {
        using var scope = NewDisposeScope();
        var input = Batch(isImage: true);
        using var split = new SplitBatchNorm(3, 2);
        using var plain = new BatchNormalization(3);
        split.Sink = new(empty(6), empty(6));

        var output = split.call(input);

        output[0].ShouldBeCloseTo(plain.call(stack([input[0], input[2]]))[0], 1e-6);
        output[1].ShouldBeCloseTo(plain.call(stack([input[1], input[3]]))[0], 1e-6);
        Should.Throw<ArgumentException>(() => split.call(input.narrow(0, 0, 3))).Message.ShouldContain("does not divide");
    }

    private static Tensor Batch(bool isImage)
    {
        var generator = new Generator(3);
        return isImage ? randn([4, 3, 5, 6], generator: generator) + 2 : randn([7, 3], generator: generator) - 1;
    }
}
