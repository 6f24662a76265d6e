using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Models;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Losses;

public sealed class LossPropertyTests
{
    private const int Count = 5;
    private const int Dimension = 4;

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Losses = new(StringComparer.Ordinal)
    {
        ["NT-Xent of a batch"] = x => NTXentLoss.BatchLoss(x, Fixed(1), 0.3),
        ["NT-Xent of rows"] = x => NTXentLoss.RowLosses(x, Fixed(1), Fixed(2), 0.3).sum(),
        ["DCL"] = x => DCLLoss.BatchLoss(x, Fixed(1), 0.3),
        ["DCLW of constant weights"] = x => DCLWLoss.BatchLoss(x, Fixed(1), 0.3, 1e7),
        ["NT-Xent, second view"] = x => NTXentLoss.BatchLoss(Fixed(1), x, 0.3),
        ["Barlow Twins, second view"] = x => BarlowTwinsLoss.BatchLoss(Fixed(1), x, 0.1),
        ["VICReg, second view"] = x => VICRegLoss.BatchLoss(Fixed(1), x),
        ["CO2, second view"] = x => CO2Regularizer.BatchLoss(Fixed(1), x, 0.8, 0.3),
        ["negative cosine"] = x => new NegativeCosineSimilarity().call(x, Fixed(1)),
        ["symmetric negative cosine"] = x => new SymNegCosineSimilarityLoss().call((Fixed(1), x), (Fixed(2), Fixed(3))),
        ["SwaV of fixed assignments"] = x => SwaVLoss.BatchLoss([Fixed(1)], [x], temperature: 0.3),
        ["MSN, prototypes of a constant target"] = x => new MSNLoss(0.5, sinkhornIterations: 0).forward(x, Fixed(1), Fixed(2), 0.5),
        ["hypersphere, second view"] = x => HypersphereLoss.BatchLoss(Fixed(1), x, 1, 1, 1.5),
        ["TiCo, second view"] = x => TiCoLoss.RowLosses(Fixed(1), x, mm(Fixed(2).t(), Fixed(2))).sum(),
        ["KoLeo of another norm"] = x => KoLeoLoss.BatchLoss(x, 3, 1e-6),
        ["MMCR, momentum"] = x => MMCRLoss.BatchLoss(stack([Fixed(1), Fixed(2)], 1), stack([x, Fixed(3)], 1), 0.3),
        ["negative cosine of rows"] = x => NegativeCosineSimilarity.RowLosses(x, Fixed(1)).sum(),
        ["Barlow Twins"] = x => BarlowTwinsLoss.BatchLoss(x, Fixed(1), 0.1),
        ["VICReg"] = x => VICRegLoss.BatchLoss(x, Fixed(1)),
        ["hypersphere"] = x => HypersphereLoss.BatchLoss(x, Fixed(1), 2, 0.7, 2),
        ["CO2 of a batch"] = x => CO2Regularizer.BatchLoss(x, Fixed(1), 0.8, 0.3),
        ["CO2 of rows"] = x => CO2Regularizer.RowLosses(x, Fixed(1), Fixed(2), 0.8, 0.3).sum(),
        ["DINO"] = x => DINOLoss.ViewLosses([Fixed(1), Fixed(2)], [x, Fixed(3)], zeros(Dimension, float64), 0.3, 0.5).sum(),
        ["TiCo of rows"] = x => TiCoLoss.RowLosses(x, Fixed(1), mm(Fixed(2).t(), Fixed(2))).sum(),
        ["KoLeo"] = x => KoLeoLoss.BatchLoss(x),
        ["MMCR"] = x => MMCRLoss.BatchLoss(stack([x, Fixed(3)], 1), stack([Fixed(1), Fixed(2)], 1), 0.3),
        ["MSN"] = x => new MSNLoss(0.5).call(x, Fixed(1), Fixed(2)),
        ["FastSiam"] = x => FastSiam.RowLosses([(Fixed(4), x), (Fixed(2), Fixed(3)), (Fixed(1), Fixed(5))]).sum(),
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_equals_finite_differences(string name)
    {
        using var scope = NewDisposeScope();
        var input = Fixed(0).requires_grad_();

        Losses[name](input).backward();

        const double Step = 1e-5;
        for (var row = 0; row < Count; row++)
        {
            for (var column = 0; column < Dimension; column++)
            {
                var difference = (Shifted(name, row, column, Step) - Shifted(name, row, column, -Step)) / (2 * Step);
                input.grad![row, column].item<double>()
                    .ShouldBe(difference, 1e-6 * Math.Max(1, Math.Abs(difference)), $"[{row}, {column}]");
            }
        }
    }

    [Fact]
    public void Swav_predictions_have_the_gradient_of_constant_assignments()
    {
        using var scope = NewDisposeScope();
        var first = Fixed(0).requires_grad_();
        var second = Fixed(1).requires_grad_();

        SwaVLoss.BatchLoss([first, second], [], temperature: 0.3).backward();

        var shares = Sinkhorn.Assign(second);
        var expected = (nn.functional.softmax(first.detach() / 0.3, 1) - shares) / (0.3 * Count * 2);
        first.grad!.ShouldBeCloseTo(expected, 1e-12);
        shares.sum(1).ShouldBeCloseTo(ones(Count, float64), 1e-12);
    }

    [Fact]
    public void Sinkhorn_uses_all_prototypes_equally_and_does_not_overflow()
    {
        using var scope = NewDisposeScope();

        var shares = Sinkhorn.Assign(Fixed(0) * 1000, iterations: 200);

        shares.isfinite().all().item<bool>().ShouldBeTrue();
        var balanced = Sinkhorn.Assign(Fixed(0), iterations: 200, epsilon: 0.5);
        balanced.sum(0L).ShouldBeCloseTo(full([Dimension], (double)Count / Dimension, float64), 1e-6);
    }

    [Fact]
    public void Co2_has_a_gradient_and_is_zero_for_equal_views()
    {
        using var scope = NewDisposeScope();
        var input = Fixed(0).requires_grad_();

        CO2Regularizer.BatchLoss(input, Fixed(1)).backward();

        input.grad!.abs().max().item<double>().ShouldBeGreaterThan(1e-3);
        var symmetric = nn.functional.normalize(Fixed(0));
        CO2Regularizer.BatchLoss(symmetric, symmetric).item<double>().ShouldBe(0, 1e-12);
    }

    [Fact]
    public void Row_losses_of_shards_add_up_to_the_whole_batch()
    {
        using var scope = NewDisposeScope();
        var center = Fixed(6)[0];
        var whole = DINOLoss.ViewLosses([Fixed(1)], [Fixed(2), Fixed(3)], center).mean().item<double>();

        var first = DINOLoss.ViewLosses([Fixed(1).narrow(0, 0, 2)], [Fixed(2).narrow(0, 0, 2), Fixed(3).narrow(0, 0, 2)], center);
        var rest = DINOLoss.ViewLosses([Fixed(1).narrow(0, 2, 3)], [Fixed(2).narrow(0, 2, 3), Fixed(3).narrow(0, 2, 3)], center);

        ((first.sum() + rest.sum()) / Count).item<double>().ShouldBe(whole, 1e-12);
    }

    [Fact]
    public void A_stateful_loss_keeps_its_state_in_checkpoints()
    {
        using var scope = NewDisposeScope();
        using var dino = new DINOLoss(Dimension);
        using var tico = new TiCoLoss();

        _ = dino.call([Fixed(0).to(float32)], [Fixed(1).to(float32), Fixed(2).to(float32)]);
        _ = tico.call(Fixed(0), Fixed(1));

        dino.state_dict()["center"].shape.ShouldBe([1, 1, Dimension]);
        dino.Center.abs().max().item<float>().ShouldBeGreaterThan(0);
        tico.state_dict()["C"].shape.ShouldBe([Dimension, Dimension]);
    }

    private static double Shifted(string name, int row, int column, double step)
    {
        using var scope = NewDisposeScope();
        var input = Fixed(0);
        input[row, column] = input[row, column] + step;
        return Losses[name](input).item<double>();
    }

    private static Tensor Fixed(int seed)
    {
        var generator = new Generator((ulong)seed + 1);
        return randn([Count, Dimension], float64, generator: generator);
    }
}
