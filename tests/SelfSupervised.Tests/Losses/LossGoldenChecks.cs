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
            CheckNTXentLossWithBank(golden);
            return;
        }

        using var loss = new NTXentLoss(golden.Number("temperature", NTXentLoss.DefaultTemperature));
        Compare(golden, inputs => loss.call(inputs["out0"], inputs["out1"]));
    }

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

    private static void CheckNTXentLossWithBank(GoldenCase golden)
    {
        foreach (var (type, suffix) in new[] { (ScalarType.Float32, ""), (ScalarType.Float64, "_f64") })
        {
            using var scope = NewDisposeScope();
            var initial = golden.Input("initial_bank");
            var bank = new MemoryBankModule(
                initial.shape[0], initial.shape[1], featureDimensionFirst: false, overflow: MemoryBankOverflow.Drop);
            using var loss = new NTXentLoss(golden.Number("temperature", NTXentLoss.DefaultTemperature), bank);
            bank.Bank!.copy_(initial);
            loss.to(type);
            foreach (var step in golden.Root.GetProperty("steps").EnumerateArray())
            {
                var inputs = new Dictionary<string, Tensor>(StringComparer.Ordinal);
                foreach (var name in new[] { "out0", "out1" })
                {
                    inputs[name] = GoldenTensor.Read(step.GetProperty(name), type)
                        .requires_grad_(step.GetProperty(name + "_requires_grad").GetBoolean());
                }

                CompareLoss(step, loss.call(inputs["out0"], inputs["out1"]), name => inputs[name], type, suffix);
                GoldenCompare.Tensors(bank.Bank, step.GetProperty("bank_after"), GoldenCompare.SingleTolerance, "bank");
                bank.Pointer.ShouldBe(step.GetProperty("ptr_after").GetInt64());
            }
        }
    }
}
