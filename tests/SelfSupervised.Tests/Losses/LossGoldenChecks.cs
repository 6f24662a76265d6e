using System.Text.Json;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Losses;

internal static class LossGoldenChecks
{
    [GoldenCheck("lightly.loss.NTXentLoss")]
    internal static void CheckNTXentLoss(GoldenCase golden)
    {
        if (golden.Parameters.TryGetProperty("world_size", out _))
        {
            DistributedGoldenChecks.CheckNTXentLoss(golden);
            return;
        }

        if (golden.Root.TryGetProperty("steps", out _))
        {
            CompareSteps(golden, bank => new NTXentLoss(golden.Number("temperature", NTXentLoss.DefaultTemperature), bank));
            return;
        }

        using var loss = new NTXentLoss(golden.Number("temperature", NTXentLoss.DefaultTemperature));
        Compare(golden, inputs => loss.call(inputs["out0"], inputs["out1"]));
    }

    [GoldenCheck("lightly.loss.SymNegCosineSimilarityLoss")]
    internal static void CheckSymNegCosineSimilarityLoss(GoldenCase golden)
    {
        using var loss = new SymNegCosineSimilarityLoss();
        Compare(golden, inputs => loss.call((inputs["z0"], inputs["p0"]), (inputs["z1"], inputs["p1"])));
    }

    [GoldenCheck("composition.BYOLPair")]
    internal static void CheckByolPair(GoldenCase golden) =>
        Compare(golden, inputs => (NegativeCosineSimilarity.RowLosses(inputs["p0"], inputs["z1"])
            + NegativeCosineSimilarity.RowLosses(inputs["p1"], inputs["z0"])).mean() / 2);

    [GoldenCheck("lightly.loss.NegativeCosineSimilarity")]
    [GoldenCheck("lightly.loss.BarlowTwinsLoss")]
    [GoldenCheck("lightly.loss.VICRegLoss")]
    [GoldenCheck("lightly.loss.DCLLoss")]
    [GoldenCheck("lightly.loss.DCLWLoss")]
    [GoldenCheck("lightly.loss.MMCRLoss")]
    [GoldenCheck("lightly.loss.hypersphere_loss.HypersphereLoss")]
    internal static void CheckPairLoss(GoldenCase golden)
    {
        if (golden.Parameters.TryGetProperty("world_size", out _))
        {
            DistributedGoldenChecks.CheckPairLoss(golden);
            return;
        }

        using var loss = (PairLoss)GoldenConstructor.Create(LossType(golden), golden.Parameters);
        var names = golden.Inputs.EnumerateObject().Select(property => property.Name).ToArray();
        Compare(golden, inputs => loss.call(inputs[names[0]], inputs[names[1]]));
    }

    [GoldenCheck("lightly.loss.KoLeoLoss")]
    internal static void CheckKoLeoLoss(GoldenCase golden)
    {
        using var loss = GoldenConstructor.Create<KoLeoLoss>(golden.Parameters);
        Compare(golden, inputs => loss.call(inputs["x"]));
    }

    [GoldenCheck("lightly.loss.MSNLoss")]
    internal static void CheckMsnLoss(GoldenCase golden)
    {
        using var loss = new MSNLoss(
            golden.Number("temperature", 0.1), (int)golden.Number("sinkhorn_iterations", 3), golden.Number("regularization_weight", 1));
        var sharpening = golden.Number("target_sharpen_temperature", MSNLoss.DefaultTargetTemperature);
        Compare(golden, inputs => loss.forward(inputs["anchors"], inputs["targets"], inputs["prototypes"], sharpening));
    }

    [GoldenCheck("lightly.loss.regularizer.CO2Regularizer")]
    internal static void CheckCo2(GoldenCase golden)
    {
        var alpha = golden.Number("alpha", 1);
        var temperature = golden.Number("t_consistency", 0.05);
        if (!golden.Root.TryGetProperty("steps", out _))
        {
            using var loss = new CO2Regularizer(alpha, temperature);
            Compare(golden, inputs => loss.call(inputs["out0"], inputs["out1"]));
            return;
        }

        CompareSteps(golden, bank => new CO2Regularizer(alpha, temperature, bank));
    }

    internal static Type LossType(GoldenCase golden) =>
        typeof(PairLoss).Assembly.GetType($"{typeof(PairLoss).Namespace}.{golden.Target.Split('.')[^1]}", throwOnError: true)!;

    /// <summary>Computes a loss of plain inputs in both precisions and compares value, shape and gradients.</summary>
    internal static void Compare(GoldenCase golden, Func<IReadOnlyDictionary<string, Tensor>, Tensor> compute)
    {
        foreach (var (type, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.Float64, "_f64") })
        {
            using var scope = NewDisposeScope();
            var inputs = golden.Inputs.EnumerateObject().ToDictionary(
                property => property.Name, property => GoldenTensor.Read(property.Value, type).requires_grad_(), StringComparer.Ordinal);
            var loss = compute(inputs);
            CompareLoss(golden.Expected, loss, name => inputs[name], type, suffix);
        }
    }

    internal static void CompareLoss(JsonElement expected, Tensor loss, Func<string, Tensor> inputOf, ScalarType type, string suffix)
    {
        var tolerance = GoldenCompare.ToleranceOf(type);
        loss.dtype.ShouldBe(type);
        GoldenCompare.Numbers(
            loss.sum().to(float64).item<double>(), expected.GetProperty("loss" + suffix).GetDouble(), tolerance, $"loss {type}");
        var gradients = expected.TryGetProperty("grad" + suffix, out var plain) ? plain : expected.GetProperty("intended_grad" + suffix);
        if (!gradients.EnumerateObject().Any())
        {
            return;
        }

        if (loss.requires_grad)
        {
            loss.sum().backward();
        }

        foreach (var property in gradients.EnumerateObject())
        {
            GoldenCompare.Tensors(inputOf(property.Name).grad, property.Value, tolerance, $"gradient of {property.Name} {type}");
        }
    }

    /// <summary>Calls a loss with a bank several times and compares loss, gradients, bank and pointer.</summary>
    private static void CompareSteps(GoldenCase golden, Func<MemoryBankModule, PairLoss> make)
    {
        foreach (var (type, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.Float64, "_f64") })
        {
            using var scope = NewDisposeScope();
            var initial = golden.Input("initial_bank");
            var bank = new MemoryBankModule(
                initial.shape[0], initial.shape[1], featureDimensionFirst: false, overflow: MemoryBankOverflow.Drop);
            using var loss = make(bank);
            bank.Bank!.copy_(initial);
            loss.to(type);
            foreach (var step in golden.Root.GetProperty("steps").EnumerateArray())
            {
                var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                foreach (var name in new[] { "out0", "out1" })
                {
                    var isTrained = !step.TryGetProperty(name + "_requires_grad", out var flag) || flag.GetBoolean();
                    inputs[name] = GoldenTensor.Read(step.GetProperty(name), type).requires_grad_(isTrained);
                }

                CompareLoss(step, loss.call(inputs["out0"], inputs["out1"]), name => inputs[name], type, suffix);
                GoldenCompare.Tensors(bank.Bank, step.GetProperty("bank_after"), GoldenCompare.SingleTolerance, "bank");
                bank.Pointer.ShouldBe(step.GetProperty("ptr_after").GetInt64());
            }
        }
    }
}
