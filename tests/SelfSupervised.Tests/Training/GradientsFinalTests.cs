using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training;

/// <summary>Gradients that are said to be final during a backward are those that it ends with.</summary>
public sealed class GradientsFinalTests
{
    private static readonly string[] Marks = ["layer2", "layer3", "layer4"];

    public static TheoryData<string, string, string> All => SmallMethods.All;

    public static TheoryData<string> Names => new(TrainingMethods.Names);

    [Theory]
    [MemberData(nameof(All))]
    public void What_is_told_during_a_backward_does_not_change_any_more(string method, string loss, string regularizer) =>
        Check(() => SmallMethods.Make(method, loss, regularizer));

    [Theory]
    [MemberData(nameof(Names))]
    public void Nor_does_it_with_recomputed_activations_in_bfloat16(string method) =>
        Check(() => SmallMethods.Make(method, recomputes: true, precision: TrainingPrecision.BFloat16));

    [Theory]
    [InlineData("reduced", 4)]
    [InlineData("vit-tiny", 5)]
    [InlineData("custom", 0)]
    public void Each_backbone_tells_as_often_as_it_has_marks(string backbone, int marks)
    {
        Func<Backbone> make = backbone switch
        {
            "reduced" => () => new ReducedBackbone(ResNetGenerator.Create("resnet-9", 0.0625), 8),
            "custom" => () => new CustomBackbone(
                () => nn.Sequential(nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1)), 6, Views.SmallSide),
            _ => () => VisionTransformer.Create(backbone, new() { ImageSize = Views.SmallSide, PatchSize = 8 }),
        };
        using var replica = SmallMethods.Make("simsiam", backbone: make);

        Told(replica).ShouldAllBe(offsets => offsets.Count == marks);
    }

    [Fact]
    public void A_backbone_that_a_view_passes_twice_is_done_when_both_passes_are()
    {
        var options = new TrainingOptions(16, 4, Seed: 5, CPU) { StepsPerEpoch = 2, StepsTotal = 6 };
        using var replica = new MethodReplica(new TwicePassed(new(options, () => ResNetGenerator.Create("resnet-9", 0.0625))));

        Told(replica).ShouldAllBe(offsets => offsets.Count == 4);
    }

    [Fact]
    public void What_a_listener_throws_comes_out_of_the_backward_and_the_next_one_works()
    {
        using var replica = SmallMethods.Make("simclr");
        replica.Method.GradientsFinal = _ => throw new InvalidOperationException("told");

        Should.Throw<InvalidOperationException>(() => MethodReplica.Train([replica], 0, 1)).Message.ShouldBe("told");

        using var other = SmallMethods.Make("simclr");
        Told(other).ShouldAllBe(offsets => offsets.Count == 4);
    }

    [Fact]
    public void A_last_backward_that_failed_before_it_began_makes_nothing_final_in_the_next_one()
    {
        using var scope = NewDisposeScope();
        var told = new List<long>();
        var progress = new GradientProgress { Report = told.Add };
        var value = ones(3).requires_grad_();
        progress.BeginLastBackward();

        progress.Begin();
        progress.BeginForward();
        progress.Mark(value, 16).sum().backward();
        progress.End();

        told.ShouldBeEmpty();
        progress.BeginLastBackward();
        progress.Mark(value, 16).sum().backward();
        told.ShouldBe([16L]);
        progress.End();
    }

    [Fact]
    public void Listening_leaves_no_tensors_behind()
    {
        using var replica = SmallMethods.Make("moco");
        Told(replica);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        MethodReplica.Train([replica], 2, 3);

        DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    private static void Check(Func<MethodReplica> make)
    {
        using var unwatched = make();
        using var watched = make();
        MethodReplica.Train([unwatched], 0, 2);
        var told = Told(watched);

        watched.Hash(2).ShouldBe(unwatched.Hash(2), "the marks change no bit");
        var slices = watched.Method.TrainedSlices;
        var heads = slices.First(slice => !slice.Name.StartsWith("backbone.", StringComparison.Ordinal)).Offset;
        long[] expected = [heads, .. Marks.Reverse().Select(mark => slices.First(slice => slice.Name.Contains(mark, StringComparison.Ordinal)).Offset)];
        told.Count.ShouldBe(watched.Method.Options.ShardCount * 2);
        told.ShouldAllBe(offsets => offsets.SequenceEqual(expected));
    }

    /// <summary>Two steps: which offsets each backward told; what was there must be there at its end.</summary>
    private static List<List<long>> Told(MethodReplica replica)
    {
        var told = new List<List<long>>();
        var (method, early) = (replica.Method, new List<(long Offset, float[] Values)>());
        var length = (int)method.GradientLength;
        method.GradientsFinal = offset => early.Add((offset, Values((int)offset)));
        for (var step = 0; step < 2; step++)
        {
            MethodReplica.Step([replica], step, 0.05, () =>
            {
                early.ForEach(entry => Values((int)entry.Offset).ShouldBe(entry.Values));
                told.Add([.. early.Select(entry => entry.Offset)]);
                early.Clear();
            });
        }

        return told;

        float[] Values(int offset)
        {
            var values = new float[length - offset];
            TensorValues.CopyTo(method.Vector.narrow(0, offset, values.Length), values);
            return values;
        }
    }

    private sealed class TwicePassed : ViewTraining
    {
        public TwicePassed(MethodRequest request)
            : base(request) => Complete([]);

        protected override IReadOnlyList<int> OutputLengths => [(int)Backbone.FeatureCount];

        protected override bool HasBatchLoss => true;

        protected override Tensor[] Encode(int view, Tensor images) => [Backbone.forward(images).add(Backbone.forward(images.flip(3)))];

        protected override Tensor BatchLoss(long step, ViewOutputs batch) => new NTXentLoss().forward(batch.Trained(0), batch.Trained(1));

        protected override Tensor Project(Tensor features) => features.alias();
    }
}
