using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Optimization;
using LightlyCluster.SelfSupervised.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Training;

/// <summary>What holds for every method, every loss and every regularizer.</summary>
public sealed class MethodTests
{
    public static TheoryData<string, string, string> All => SmallMethods.All;

    public static TheoryData<string> Names => new(TrainingMethods.Names);

    [Theory]
    [MemberData(nameof(All))]
    public void Three_replicas_that_share_the_shards_reach_the_state_of_one(string method, string loss, string regularizer)
    {
        using var one = SmallMethods.Make(method, loss, regularizer);
        using var first = SmallMethods.Make(method, loss, regularizer);
        using var second = SmallMethods.Make(method, loss, regularizer);
        using var third = SmallMethods.Make(method, loss, regularizer);

        var expected = MethodReplica.Train([one], 0, 4);
        var losses = MethodReplica.Train([first, second, third], 0, 4);

        losses.ShouldAllBe(value => double.IsFinite(value));
        losses.ShouldBe(expected);
        foreach (var replica in new[] { first, second, third })
        {
            replica.Hash(4).ShouldBe(one.Hash(4));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Recomputed_activations_give_the_same_bits_as_kept_ones(string method, string loss, string regularizer)
    {
        using var keeps = SmallMethods.Make(method, loss, regularizer);
        using var recomputes = SmallMethods.Make(method, loss, regularizer, recomputes: true);

        MethodReplica.Train([keeps], 0, 3);
        MethodReplica.Train([recomputes], 0, 3);

        recomputes.Hash(3).ShouldBe(keeps.Hash(3));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void In_bfloat16_replicas_reach_one_state_too_and_recomputation_changes_nothing(string method)
    {
        using var one = SmallMethods.Make(method, precision: TrainingPrecision.BFloat16);
        using var first = SmallMethods.Make(method, precision: TrainingPrecision.BFloat16);
        using var second = SmallMethods.Make(method, precision: TrainingPrecision.BFloat16, recomputes: true);

        var expected = MethodReplica.Train([one], 0, 3);

        MethodReplica.Train([first, second], 0, 3).ShouldBe(expected);
        first.Hash(3).ShouldBe(one.Hash(3));
        second.Hash(3).ShouldBe(one.Hash(3));
        one.Method.State.ShouldAllBe(entry => entry.Tensor.dtype != ScalarType.BFloat16);
    }

    [Theory]
    [InlineData("simclr")]
    [InlineData("moco")]
    public void A_gradient_in_bfloat16_points_where_that_in_float32_points(string method)
    {
        using var exact = SmallMethods.Make(method);
        using var rough = SmallMethods.Make(method, precision: TrainingPrecision.BFloat16);

        using var scope = NewDisposeScope();
        var expected = Gradient(exact);
        var found = Gradient(rough);

        found.equal(expected).all().item<bool>().ShouldBeFalse("bfloat16 rounds");
        var cosine = nn.functional.cosine_similarity(found, expected, dim: 0).item<float>();
        cosine.ShouldBeGreaterThan(0.95f);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_gradient_of_shards_is_that_of_one_big_batch(string method, string loss, string regularizer)
    {
        using var shards = MakeForGradients(method, loss, regularizer, 4);
        using var whole = MakeForGradients(method, loss, regularizer, 1);
        MakeEqual(shards.Method, whole.Method);

        using var scope = NewDisposeScope();
        var sum = Doubles(MethodReplica.Reduce([shards], 3), shards.Method);
        var expected = Doubles(MethodReplica.Reduce([whole], 3), whole.Method);

        // MoCo shuffles positions over shards; without batch statistics the keys are the same all the same.
        var scale = expected.Gradient.abs().max().item<double>();
        scale.ShouldBeGreaterThan(1e-9);
        (sum.Gradient - expected.Gradient).abs().max().item<double>().ShouldBeLessThan(1e-6 * scale);
        sum.Loss.ShouldBe(expected.Loss, 1e-9 * Math.Max(1, Math.Abs(expected.Loss)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_state_that_is_saved_and_loaded_goes_on_as_if_nothing_had_happened(string method)
    {
        using var one = SmallMethods.Make(method, optimizer: OptimizerKind.AdamW);
        MethodReplica.Train([one], 0, 3, 0.001);
        using var other = SmallMethods.Make(method, optimizer: OptimizerKind.AdamW);
        using (no_grad())
        {
            foreach (var (saved, target) in one.Method.State.Zip(other.Method.State))
            {
                target.Name.ShouldBe(saved.Name);
                target.Tensor.copy_(saved.Tensor);
            }
        }

        MethodReplica.Train([one], 3, 2, 0.001);
        MethodReplica.Train([other], 3, 2, 0.001);

        other.Hash(5).ShouldBe(one.Hash(5));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_tensor_outlives_a_step(string method, string loss, string regularizer)
    {
        using var replica = SmallMethods.Make(method, loss, regularizer);
        MethodReplica.Train([replica], 0, 2);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

        MethodReplica.Train([replica], 2, 3);

        DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount.ShouldBe(before);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_step_changes_the_trained_parameters_and_an_evaluation_changes_nothing(string method)
    {
        using var replica = SmallMethods.Make(method);
        var start = replica.Hash(0);

        MethodReplica.Train([replica], 0, 1);

        var trained = replica.Hash(0);
        trained.ShouldNotBe(start);
        using var images = Views.Make(0, new(0, [0, 1, 2]), replica.Method.Options);
        var (features, embeddings) = replica.Method.Evaluate(images);
        using (features)
        using (embeddings)
        {
            features.shape.ShouldBe([3, replica.Method.Backbone.FeatureCount]);
            embeddings.shape[0].ShouldBe(3);
        }

        replica.Hash(0).ShouldBe(trained);
    }

    private static Tensor Gradient(MethodReplica replica) =>
        tensor(MethodReplica.Reduce([replica], 0).AsSpan(0, (int)replica.Method.GradientLength).ToArray());

    private static MethodReplica MakeForGradients(string method, string loss, string regularizer, int shards)
    {
        var replica = SmallMethods.Make(
            method, loss, regularizer, shards, type: ScalarType.Float64, backbone: () => new CustomBackbone(MakeNetwork, 6, Views.SmallSide));
        foreach (var layer in replica.Method.Modules.SelectMany(entry => entry.Module.modules()).OfType<BatchNormalization>())
        {
            layer.eval();
        }

        return replica;
    }

    private static TorchSharp.Modules.Sequential MakeNetwork() => nn.Sequential(
        nn.Conv2d(3, 6, 3, stride: 2, padding: 1), nn.GroupNorm(2, 6), nn.ReLU(), nn.Conv2d(6, 6, 3, padding: 1), nn.AdaptiveAvgPool2d(1));

    private static void MakeEqual(TrainingMethod from, TrainingMethod to)
    {
        using var noGrad = no_grad();
        foreach (var (source, target) in from.State.Zip(to.State))
        {
            target.Tensor.copy_(source.Tensor);
        }
    }

    private static (Tensor Gradient, double Loss) Doubles(float[] vector, TrainingMethod method)
    {
        var values = empty(method.VectorLength, float64);
        TensorValues.CopyFrom(values, vector);
        return (values.narrow(0, 0, method.GradientLength), values[^FlatTensors.Alignment].item<double>());
    }
}
