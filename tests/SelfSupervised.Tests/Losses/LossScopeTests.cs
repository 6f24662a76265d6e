using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Losses;

/// <summary>No tensor of a loss outlives the step's scope, and within it only the result is left.</summary>
public sealed class LossScopeTests
{
    private static readonly Dictionary<string, Func<Func<Tensor, Tensor, Tensor>>> Losses = new(StringComparer.Ordinal)
    {
        ["NTXent"] = () => new NTXentLoss().call,
        ["NTXent with a bank"] = () => new NTXentLoss(memoryBankSize: 8, memoryBankDimension: 4).call,
        ["NTXent with a bank of the first batch's size"] = () => new NTXentLoss(memoryBankSize: 8).call,
        ["DCL"] = () => new DCLLoss().call,
        ["DCLW"] = () => new DCLWLoss().call,
        ["negative cosine"] = () => new NegativeCosineSimilarity().call,
        ["symmetric negative cosine"] = () => (a, b) => new SymNegCosineSimilarityLoss().call((a, b), (b, a)),
        ["Barlow Twins"] = () => new BarlowTwinsLoss().call,
        ["VICReg"] = () => new VICRegLoss().call,
        ["hypersphere"] = () => new HypersphereLoss().call,
        ["CO2"] = () => new CO2Regularizer().call,
        ["CO2 with a bank"] = () => new CO2Regularizer(memoryBankSize: 8, memoryBankDimension: 4).call,
        ["TiCo"] = () => new TiCoLoss().call,
        ["KoLeo"] = () => (a, _) => new KoLeoLoss().call(a),
        ["MMCR"] = () => (a, b) => new MMCRLoss().call(a.view(3, 2, 4), b.view(3, 2, 4)),
        ["MSN"] = () => (a, b) => new MSNLoss().call(a, b, a.detach()),
        ["SwaV"] = () => (a, b) => new SwaVLoss().forward([a, b], [a]),
        ["SwaV with a queue"] = () => (a, b) => SwaVLoss.BatchLoss([a, b], [], [b, a]),
        ["Sinkhorn"] = () => (a, _) => Sinkhorn.Assign(a),
        ["DINO"] = () => { var loss = new DINOLoss(4); return (a, b) => loss.call([a], [a, b]); },
        ["FastSiam"] = () => (a, b) => FastSiam.RowLosses([(a, a), (b, b)]),
        ["nearest neighbours"] = () => { var bank = new NNMemoryBankModule(8, 4); return (a, _) => bank.forward(a, update: true); },
    };

    public static TheoryData<string> Names => [.. Losses.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_call_leaves_its_result_and_nothing_else(string name)
    {
        using var outer = NewDisposeScope();
        var (first, second) = (randn(6, 4), randn(6, 4));
        first.requires_grad_();
        var loss = Losses[name]();
        _ = loss(first, second);
        var extra = ExtraOf(name);

        using var step = NewDisposeScope();
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        _ = loss(first, second);

        step.DisposablesCount.ShouldBe(1 + extra, "the result, and the views that the test itself makes");
        (DisposeScopeManager.Statistics.ThreadTotalLiveCount - before).ShouldBe(1 + extra);
        step.Dispose();
        DisposeScopeManager.Statistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    // Tensors that the lambdas above make of the inputs.
    private static int ExtraOf(string name) => name switch { "MMCR" => 2, "MSN" => 1, _ => 0 };
}
