using System.Diagnostics;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Modules;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Modules;

[Collection(nameof(RunsAlone))]
public sealed class LastingScalarTests
{
    private static readonly TimeSpan StressTime = TimeSpan.FromSeconds(5);

    private static readonly Func<Tensor, Tensor, Tensor>[] Losses =
    [
        (a, b) => NTXentLoss.BatchLoss(a, b, 0.3),
        (a, b) => DCLLoss.BatchLoss(a, b, 0.3, 0.5),
        (a, b) => HypersphereLoss.BatchLoss(a, b, 2, 0.7, 1.5),
        (a, b) => VICRegLoss.BatchLoss(a, b),
        (a, b) => BarlowTwinsLoss.BatchLoss(a, b, 0.1),
        (a, b) => CO2Regularizer.BatchLoss(a, b, 0.8, 0.3),
        (a, _) => KoLeoLoss.BatchLoss(a),
    ];

    /// <remarks>
    /// With TorchSharp's implicit scalars in <see cref="TensorArithmetic"/> this ends in "Expected false to be true", "Unknown
    /// scalar type" or another loss, within a second once the compiler has optimized the calls.
    /// </remarks>
    [Fact]
    public void Losses_and_gradients_survive_garbage_collections_in_the_middle_of_every_call()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(1);
        var first = randn([4, 8], float64, generator: generator).requires_grad_();
        var second = randn([4, 8], float64, generator: generator);
        var expected = Losses.Select(loss => Compute(loss, first, second)).ToArray();
        using var end = new CancellationTokenSource();
        var collector = new Thread(() => CollectUntil(end.Token));
        collector.Start();
        try
        {
            for (var watch = Stopwatch.StartNew(); watch.Elapsed < StressTime;)
            {
                Losses.Select(loss => Compute(loss, first, second)).ShouldBe(expected);
            }
        }
        finally
        {
            end.Cancel();
            collector.Join();
        }
    }

    [Fact]
    public void Numbers_keep_their_type_and_every_bit()
    {
        LastingScalar.Of(3L).Type.ShouldBe(ScalarType.Int64);
        LastingScalar.Of(long.MaxValue).ToInt64().ShouldBe(long.MaxValue);
        LastingScalar.Of(0.1).Type.ShouldBe(ScalarType.Float64);
        LastingScalar.Of(0.1).ToDouble().ShouldBe(0.1);
        double.IsNegative(LastingScalar.Of(-0.0).ToDouble()).ShouldBeTrue();
        double.IsNegative(LastingScalar.Of(0.0).ToDouble()).ShouldBeFalse();
        LastingScalar.Of(double.NaN).ToDouble().ShouldBe(double.NaN);
        LastingScalar.Of(7.5).ShouldBeSameAs(LastingScalar.Of(7.5));
    }

    [Fact]
    public void A_scalar_in_use_survives_thousands_of_others()
    {
        var used = LastingScalar.Of(0.375);
        for (var number = 0; number < 20_000; number++)
        {
            _ = LastingScalar.Of(number + 0.125);
            LastingScalar.Of(0.375).ShouldBeSameAs(used);
        }
    }

    private static (double Loss, double Gradient) Compute(Func<Tensor, Tensor, Tensor> loss, Tensor first, Tensor second)
    {
        using var scope = NewDisposeScope();
        var input = first.detach().requires_grad_();
        var value = loss(input, second);
        value.backward();
        return (value.item<double>(), input.grad!.abs().max().item<double>());
    }

    private static void CollectUntil(CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            GC.Collect(0);
            GC.WaitForPendingFinalizers();
        }
    }
}
