using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Losses;

/// <summary>Every public way into a loss with tensors that do not fit: one clear line, and native code never sees them.</summary>
public sealed class LossBadInputTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Pairs = new(StringComparer.Ordinal)
    {
        ["NTXent"] = (a, b) => new NTXentLoss().call(a, b),
        ["NTXent with a bank"] = (a, b) => new NTXentLoss(memoryBankSize: 8).call(a, b),
        ["NTXent rows"] = (a, b) => NTXentLoss.RowLosses(a, b, ones(5, 4)),
        ["DCL"] = (a, b) => new DCLLoss().call(a, b),
        ["DCLW"] = (a, b) => new DCLWLoss().call(a, b),
        ["negative cosine"] = (a, b) => new NegativeCosineSimilarity().call(a, b),
        ["negative cosine rows"] = (a, b) => NegativeCosineSimilarity.RowLosses(a, b),
        ["symmetric negative cosine"] = (a, b) => new SymNegCosineSimilarityLoss().call((a, a), (b, b)),
        ["Barlow Twins"] = (a, b) => new BarlowTwinsLoss().call(a, b),
        ["VICReg"] = (a, b) => new VICRegLoss().call(a, b),
        ["hypersphere"] = (a, b) => new HypersphereLoss().call(a, b),
        ["CO2"] = (a, b) => new CO2Regularizer().call(a, b),
        ["CO2 with a bank"] = (a, b) => new CO2Regularizer(memoryBankSize: 8).call(a, b),
        ["TiCo"] = (a, b) => new TiCoLoss().call(a, b),
        ["TiCo rows"] = (a, b) => TiCoLoss.RowLosses(a, b, eye(4)),
        ["MMCR"] = (a, b) => new MMCRLoss().call(a, b),
        ["MSN"] = (a, b) => new MSNLoss().call(a, b, ones(3, 4)),
        ["SwaV"] = (a, b) => new SwaVLoss().forward([a, b], []),
        ["SwaV, a small crop"] = (a, b) => SwaVLoss.BatchLoss([a], [b]),
        ["SwaV with a queue"] = (a, b) => SwaVLoss.BatchLoss([a, a], [], [b, b]),
        ["DINO"] = (a, b) => new DINOLoss(4).call([a], [b, b]),
        ["FastSiam"] = (a, b) => FastSiam.RowLosses([(a, a), (b, b)]),
        ["alignment"] = (a, b) => HypersphereLoss.Alignment(a, b),
        ["nearest rows"] = (a, b) => MemoryBank.NearestRows(a, b),
    };

    private static readonly Dictionary<string, Func<(Tensor First, Tensor Second)>> BadPairs = new(StringComparer.Ordinal)
    {
        ["another width"] = () => (ones(3, 4), ones(3, 5)),
        ["one dimension"] = () => (ones(4), ones(4)),
        ["no dimension"] = () => (ones([]), ones([])),
        ["four dimensions"] = () => (ones(3, 4, 1, 1), ones(3, 4, 1, 1)),
        ["an empty batch"] = () => (ones(0, 4), ones(0, 4)),
        ["no columns"] = () => (ones(3, 0), ones(3, 0)),
        ["whole numbers"] = () => (ones([3, 4], int64), ones([3, 4], int64)),
        ["two precisions"] = () => (ones(3, 4), ones([3, 4], float64)),
    };

    public static TheoryData<string, string> Cases =>
    [
        .. Pairs.Keys.SelectMany(loss => BadPairs.Keys.Select(pair => (loss, pair)))
            // Vectors of any shape have a cosine; a bank gives its own precision to the queries.
            .Where(entry => entry is not ("negative cosine", "four dimensions") and not ("nearest rows", "two precisions")),
    ];

    public static TheoryData<string> Losses => [.. Pairs.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Tensors_that_do_not_fit_are_refused(string loss, string pair)
    {
        using var scope = NewDisposeScope();
        var (first, second) = BadPairs[pair]();

        var message = Should.Throw<ArgumentException>(() => Pairs[loss](first, second)).Message;

        message.ShouldNotContain("Exception raised from");
        message.Split('\n').Length.ShouldBe(1);
    }

    /// <summary>A batch of one image is either refused or has a finite loss; it is never not-a-number.</summary>
    [Theory]
    [MemberData(nameof(Losses))]
    public void A_batch_of_one_has_a_finite_loss_or_is_refused(string loss)
    {
        using var scope = NewDisposeScope();
        var (first, second) = loss == "MMCR" ? (randn(1, 2, 4), randn(1, 2, 4)) : (randn(1, 4), randn(1, 4));

        var thrown = Record.Exception(() => Pairs[loss](first, second).isfinite().all().item<bool>().ShouldBeTrue(loss));

        if (thrown is not null)
        {
            thrown.ShouldBeOfType<ArgumentException>();
            thrown.Message.ShouldContain("2");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-9)]
    [InlineData(-1e-9)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_temperature_that_divides_by_nothing_is_refused_everywhere(double temperature)
    {
        Action[] calls =
        [
            () => new NTXentLoss(temperature).Dispose(), () => new DCLLoss(temperature).Dispose(), () => new DCLWLoss(temperature).Dispose(),
            () => new CO2Regularizer(tConsistency: temperature).Dispose(), () => new SwaVLoss(temperature).Dispose(),
            () => new SwaVLoss(sinkhornEpsilon: temperature).Dispose(), () => new MSNLoss(temperature).Dispose(),
            () => new DINOLoss(4, teacherTemp: temperature).Dispose(), () => new DINOLoss(4, studentTemp: temperature).Dispose(),
            () => new DINOLoss(4, warmupTeacherTemp: temperature).Dispose(), () => new DCLWLoss(sigma: temperature).Dispose(),
            () => new KoLeoLoss(eps: double.IsFinite(temperature) && temperature > 0 ? -1 : temperature).Dispose(),
        ];

        foreach (var call in calls)
        {
            Should.Throw<ArgumentException>(call);
        }
    }

    [Fact]
    public void Other_parameters_out_of_range_are_refused()
    {
        Action[] calls =
        [
            () => new BarlowTwinsLoss(double.NaN).Dispose(), () => new VICRegLoss(double.NaN).Dispose(),
            () => new VICRegLoss(eps: -1).Dispose(), () => new HypersphereLoss(t: double.NaN).Dispose(),
            () => new TiCoLoss(beta: 1.5).Dispose(), () => new TiCoLoss(rho: double.NaN).Dispose(),
            () => new CO2Regularizer(alpha: double.NaN).Dispose(), () => new MMCRLoss(double.NaN).Dispose(),
            () => new DINOLoss(4, centerMomentum: 1.5).Dispose(), () => new DINOLoss(0).Dispose(),
            () => new KoLeoLoss(p: 0.5).Dispose(), () => new NegativeCosineSimilarity(eps: double.NaN).Dispose(),
            () => new MSNLoss(regularizationWeight: double.NaN).Dispose(), () => new DCLWLoss(sigma: 0).Dispose(),
        ];

        foreach (var call in calls)
        {
            Should.Throw<ArgumentException>(call);
        }
    }

    [Fact]
    public void A_bank_of_another_dimension_is_refused_with_both_shapes()
    {
        using var scope = NewDisposeScope();
        using var loss = new NTXentLoss(memoryBankSize: 8, memoryBankDimension: 6);

        var message = Should.Throw<ArgumentException>(() => loss.call(ones(3, 4), ones(3, 4))).Message;

        message.ShouldContain("[3, 4]");
        message.ShouldContain("[8, 6]");
        Should.Throw<ArgumentException>(() => NTXentLoss.RowLosses(ones(3, 4), ones(3, 4), ones(8, 6))).Message.ShouldContain("[8, 6]");
    }

    [Fact]
    public void Numbers_that_are_not_finite_go_through_to_the_loss_so_that_a_training_can_stop()
    {
        using var scope = NewDisposeScope();
        var broken = ones(3, 4);
        broken[1, 2] = double.NaN;

        NTXentLoss.BatchLoss(broken, randn(3, 4)).isnan().item<bool>().ShouldBeTrue();
        VICRegLoss.BatchLoss(broken, randn(3, 4)).isnan().item<bool>().ShouldBeTrue();
        BarlowTwinsLoss.BatchLoss(broken, randn(3, 4)).isnan().item<bool>().ShouldBeTrue();
    }
}
