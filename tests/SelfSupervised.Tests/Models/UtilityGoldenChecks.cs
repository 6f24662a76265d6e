using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Tests.Golden;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Models;

internal static class UtilityGoldenChecks
{
    [GoldenCheck("lightly.models.modules.heads.SwaVPrototypes")]
    internal static void CheckPrototypes(GoldenCase golden)
    {
        foreach (var (type, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.Float64, "_f64") })
        {
            using var scope = NewDisposeScope();
            using var prototypes = new SwaVPrototypes(
                (long)golden.Number("input_dim", 0), (long)golden.Number("n_prototypes", 0));
            HeadGoldenChecks.CompareHead(golden, prototypes, type, suffix);
        }
    }

    [GoldenCheck("lightly.models.utils.normalize_weight")]
    internal static void CheckNormalizeWeight(GoldenCase golden)
    {
        var weight = golden.Input("weight");
        using var prototypes = new SwaVPrototypes(weight.shape[1], weight.shape[0]);
        using (no_grad())
        {
            prototypes.get_parameter("heads.0.weight")!.copy_(weight);
        }

        prototypes.Normalize();

        GoldenCompare.Tensors(
            prototypes.get_parameter("heads.0.weight"), golden.Expected.GetProperty("after"), GoldenCompare.SingleTolerance, "weight");
    }

    [GoldenCheck("lightly.models.utils.batch_shuffle")]
    internal static void CheckBatchShuffle(GoldenCase golden)
    {
        if (golden.Parameters.ValueKind == System.Text.Json.JsonValueKind.Object)
        {
            CheckBatchShuffleOfRanks(golden);
            return;
        }

        var permutation = golden.Input("permutation").data<long>().ToArray();
        var shuffled = BatchShuffle.Shuffle(golden.Input("batch"), permutation);

        GoldenCompare.Tensors(shuffled, golden.Expected.GetProperty("shuffled"), 0, "shuffled");
        GoldenCompare.Tensors(BatchShuffle.Unshuffle(shuffled, permutation), golden.Expected.GetProperty("unshuffled"), 0, "unshuffled");
    }

    [GoldenCheck("lightly.models.utils.deactivate_requires_grad")]
    internal static void CheckDeactivate(GoldenCase golden)
    {
        var count = golden.Expected.GetProperty("after_deactivate").GetArrayLength() / 2;
        using var model = nn.Sequential([.. Enumerable.Range(0, count).Select(_ => nn.Linear(2, 2))]);
        bool[] Expected(string key) => [.. golden.Expected.GetProperty(key).EnumerateArray().Select(item => item.GetBoolean())];

        GradientSwitch.Deactivate(model);
        model.parameters().Select(parameter => parameter.requires_grad).ShouldBe(Expected("after_deactivate"));
        GradientSwitch.Activate(model);
        model.parameters().Select(parameter => parameter.requires_grad).ShouldBe(Expected("after_activate"));
    }

    [GoldenCheck("lightly.models.utils.update_momentum")]
    internal static void CheckUpdateMomentum(GoldenCase golden)
    {
        var weight = GoldenTensor.Read(golden.Inputs.GetProperty("model").GetProperty("weight"));
        using var model = nn.Linear(weight.shape[1], weight.shape[0]);
        using var slow = nn.Linear(weight.shape[1], weight.shape[0]);
        using (no_grad())
        {
            foreach (var (module, key) in new[] { (model, "model"), (slow, "model_ema") })
            {
                module.weight.copy_(GoldenTensor.Read(golden.Inputs.GetProperty(key).GetProperty("weight")));
                module.bias!.copy_(GoldenTensor.Read(golden.Inputs.GetProperty(key).GetProperty("bias")));
            }
        }

        MomentumUpdate.Apply(model, slow, golden.Number("m", 0));

        var expected = golden.Expected.GetProperty("model_ema_after");
        GoldenCompare.Tensors(slow.weight, expected.GetProperty("weight"), 1e-6, "weight");
        GoldenCompare.Tensors(slow.bias, expected.GetProperty("bias"), 1e-6, "bias");
    }

    [GoldenCheck("lightly.models.utils.get_weight_decay_parameters")]
    internal static void CheckWeightDecayGroups(GoldenCase golden)
    {
        using var model = nn.Sequential([.. golden.Root.GetProperty("layers").EnumerateArray().Select(MakeLayer)]);
        foreach (var row in golden.Root.GetProperty("expected").EnumerateArray())
        {
            string[] Names(string key) => [.. row.GetProperty(key).EnumerateArray().Select(name => name.GetString()!)];
            var groups = WeightDecayGroups.Split(
                model, row.GetProperty("decay_norm").GetBoolean(), row.GetProperty("decay_bias").GetBoolean());

            groups.Decayed.ShouldBe(Names("params"));
            groups.NotDecayed.ShouldBe(Names("params_no_weight_decay"));
        }
    }

    private static nn.Module<Tensor, Tensor> MakeLayer(System.Text.Json.JsonElement layer)
    {
        long Number(string key) => layer.GetProperty(key).GetInt64();
        return layer.GetProperty("type").GetString() switch
        {
            "Conv2d" => nn.Conv2d(
                Number("in_channels"),
                Number("out_channels"),
                layer.GetProperty("kernel_size")[0].GetInt64(),
                bias: layer.GetProperty("bias").GetBoolean()),
            "BatchNorm1d" => nn.BatchNorm1d(Number("num_features")),
            "BatchNorm2d" => nn.BatchNorm2d(Number("num_features")),
            "Linear" => nn.Linear(Number("in_features"), Number("out_features"), layer.GetProperty("bias").GetBoolean()),
            "LayerNorm" => nn.LayerNorm(layer.GetProperty("normalized_shape")[0].GetInt64()),
            "ReLU" => nn.ReLU(),
            var other => throw new NotSupportedException(other),
        };
    }

    /// <summary>Over ranks, the whole batch in the seeded order is what the ranks hold one after the other.</summary>
    private static void CheckBatchShuffleOfRanks(GoldenCase golden)
    {
        var batch = cat([.. golden.Inputs.GetProperty("batch_per_rank").EnumerateArray().Select(rank => GoldenTensor.Read(rank))], 0);
        var ranks = golden.Expected.GetProperty("per_rank").EnumerateArray().ToArray();
        var inverse = GoldenTensor.Read(ranks[0].GetProperty("shuffle")).data<long>().ToArray();
        var permutation = new long[inverse.Length];
        for (var index = 0; index < inverse.Length; index++)
        {
            permutation[inverse[index]] = index;
        }

        var shuffled = BatchShuffle.Shuffle(batch, permutation);
        var restored = BatchShuffle.Unshuffle(shuffled, permutation);
        for (var rank = 0; rank < ranks.Length; rank++)
        {
            var count = batch.shape[0] / ranks.Length;
            GoldenCompare.Tensors(shuffled.narrow(0, rank * count, count), ranks[rank].GetProperty("shuffled"), 0, "shuffled");
            GoldenCompare.Tensors(restored.narrow(0, rank * count, count), ranks[rank].GetProperty("unshuffled"), 0, "unshuffled");
        }
    }
}
