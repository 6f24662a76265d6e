using LightlyCluster.SelfSupervised.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Modules;

/// <summary>Normalization, shortcut and ReLU at once: what the separate operations give, and the same bits however it is run.</summary>
[Collection(nameof(RunsAlone))]
public sealed class RectifiedNormalizationTests
{
    [Theory]
    [InlineData(16, 16, 9, false)]
    [InlineData(5, 48, 7, true)]
    [InlineData(3, 128, 4, true)]
    [InlineData(2, 32, 2, false)]
    public void It_gives_what_the_separate_operations_give(int count, int channels, int side, bool hasShortcut)
    {
        using var scope = NewDisposeScope();
        var ours = Run(Batch(count, channels, side, isLast: true), hasShortcut);
        var theirs = Run(Batch(count, channels, side, isLast: false), hasShortcut);

        ours.Length.ShouldBe(theirs.Length);
        for (var index = 0; index < ours.Length; index++)
        {
            var scale = theirs[index].abs().max().item<float>();
            ours[index].ShouldBeCloseTo(theirs[index], 5e-6 * Math.Max(1, scale));
        }
    }

    [Fact]
    public void In_bfloat16_it_gives_the_float32_result_rounded_once()
    {
        using var scope = NewDisposeScope();
        var batch = Batch(4, 32, 5, isLast: true).to(bfloat16);

        var rounded = Run(batch, hasShortcut: true)[0];
        var exact = Run(batch.to(float32), hasShortcut: true)[0];

        rounded.dtype.ShouldBe(bfloat16);
        rounded.to(float32).ShouldBeSameValues(exact.to(bfloat16).to(float32));
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    public void Threads_and_gradients_that_are_not_wanted_change_no_bit(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var batch = Batch(16, 32, 16, isLast: true).to(type);
        var threads = get_num_threads();
        try
        {
            set_num_threads(1);
            var one = Run(batch, hasShortcut: true);
            set_num_threads(2);
            var two = Run(batch, hasShortcut: true);
            using var noGrad = no_grad();
            using var layer = Layer(32);
            var plain = layer.ForwardRectified(batch, batch.flip(0));

            one.Zip(two).All(pair => pair.First.Equals(pair.Second)).ShouldBeTrue();
            plain.Equals(one[0]).ShouldBeTrue();
        }
        finally
        {
            set_num_threads(threads);
        }
    }

    [Fact]
    public void Numbers_that_are_not_finite_show_and_a_constant_channel_does_not()
    {
        using var scope = NewDisposeScope();
        var batch = Batch(4, 16, 3, isLast: true);
        batch.select(1, 0).fill_(1000.5);
        batch[0, 1, 0, 0] = float.NaN;

        var outputs = Run(batch, hasShortcut: false);

        outputs[0].select(1, 0).isfinite().all().item<bool>().ShouldBeTrue();
        outputs[0].select(1, 1).isnan().all().item<bool>().ShouldBeTrue();
        outputs[0].narrow(1, 2, 14).isfinite().all().item<bool>().ShouldBeTrue();
    }

    [Fact]
    public void Only_the_result_survives()
    {
        using var scope = NewDisposeScope();
        using var layer = Layer(16);
        var batch = Batch(4, 16, 3, isLast: true).requires_grad_();
        var before = scope.DisposablesCount;

        var output = layer.ForwardRectified(batch);

        scope.DisposablesCount.ShouldBe(before + 1);
        output.permute(0, 2, 3, 1).is_contiguous().ShouldBeTrue();
    }

    /// <summary>Output, gradients of input, weight, bias and shortcut, mean and variance.</summary>
    private static Tensor[] Run(Tensor batch, bool hasShortcut)
    {
        using var layer = Layer((int)batch.shape[1]);
        var input = batch.detach().requires_grad_();
        var shortcut = batch.flip(0).detach().requires_grad_();
        var output = layer.ForwardRectified(input, hasShortcut ? shortcut : null);
        var pull = arange(output.numel(), float32).reshape(output.shape).remainder(7.0.ToScalar()).sub(3.ToScalar()).to(output.dtype);
        output.backward([pull]);
        Tensor[] results =
        [
            output.detach(), input.grad!.alias(), layer.Weight!.grad!.alias(), layer.Bias!.grad!.alias(), layer.Sink!.Mean, layer.Sink.UnbiasedVariance,
        ];
        return hasShortcut ? [.. results, shortcut.grad!.alias()] : results;
    }

    private static BatchNormalization Layer(int channels)
    {
        var layer = new BatchNormalization(channels) { Sink = new(empty(channels), empty(channels)) };
        using var noGrad = no_grad();
        layer.Weight!.copy_(linspace(0.5, 1.5, channels));
        layer.Bias!.copy_(linspace(-0.5, 0.5, channels));
        return layer;
    }

    private static Tensor Batch(int count, int channels, int side, bool isLast)
    {
        var batch = (randn([count, channels, side, side], generator: new Generator(3)) * 3) + 2;
        return isLast ? MemoryLayout.ChannelsLast(batch) : batch;
    }
}
