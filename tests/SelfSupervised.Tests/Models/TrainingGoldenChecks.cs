using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Models;
using LightlyCluster.SelfSupervised.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Models;

/// <summary>Five steps of stochastic gradient descent with each model and its loss: the loss curve and the final parameters.</summary>
internal static class TrainingGoldenChecks
{
    [GoldenCheck("training of lightly.models.SimCLR")]
    [GoldenCheck("training of lightly.models.MoCo")]
    [GoldenCheck("training of lightly.models.SimSiam")]
    [GoldenCheck("training of lightly.models.BarlowTwins")]
    [GoldenCheck("training of lightly.models.BYOL")]
    [GoldenCheck("training of lightly.models.NNCLR")]
    internal static void CheckTraining(GoldenCase golden)
    {
        var isShallow = golden.Parameters.GetProperty("backbone").GetString() == "mlp";
        Train(golden, ScalarType.Float64, "_f64", GoldenCompare.DoubleTolerance, comparesParameters: true);
        Train(golden, ScalarType.Float32, "", isShallow ? 1e-4 : 2e-2, comparesParameters: isShallow);
    }

    private static void Train(GoldenCase golden, ScalarType type, string suffix, double tolerance, bool comparesParameters)
    {
        using var scope = NewDisposeScope();
        using var model = MakeModel(golden);
        GoldenModule.Fill(model, golden, ModelGoldenChecks.RenamingOf(golden));
        model.to(type);
        using var banks = new Banks(golden, type);
        var settings = golden.Parameters.GetProperty("optimizer");
        using var optimizer = optim.SGD(
            model.parameters().Where(parameter => parameter.requires_grad),
            settings.GetProperty("lr").GetDouble(),
            settings.GetProperty("momentum").GetDouble(),
            weight_decay: settings.GetProperty("weight_decay").GetDouble());
        var losses = golden.Expected.GetProperty("losses" + suffix);
        for (var step = 0; step < losses.GetArrayLength(); step++)
        {
            using var stepScope = NewDisposeScope();
            optimizer.zero_grad();
            var loss = Loss(
                model,
                GoldenTensor.Read(golden.Inputs.GetProperty("view0")[step], type),
                GoldenTensor.Read(golden.Inputs.GetProperty("view1")[step], type),
                banks);
            loss.backward();
            optimizer.step();
            GoldenCompare.Numbers(loss.to(float64).item<double>(), losses[step].GetDouble(), tolerance, $"loss {type} of step {step}");
        }

        if (comparesParameters)
        {
            ModelGoldenChecks.CompareParameters(golden, model, golden.Expected.GetProperty("params_after" + suffix), tolerance * 10);
        }
    }

    private static nn.Module MakeModel(GoldenCase golden)
    {
        var parameters = golden.Parameters.GetProperty("model").EnumerateObject()
            .ToDictionary(property => property.Name, property => (object)property.Value, StringComparer.Ordinal);
        parameters["backbone"] = golden.Parameters.GetProperty("backbone").GetString()!;
        return ModelGoldenChecks.Create(
            golden.Target.Split('.')[^1], System.Text.Json.JsonSerializer.SerializeToElement(parameters), golden);
    }

    private static Tensor Loss(nn.Module model, Tensor x0, Tensor x1, Banks banks)
    {
        var temperature = banks.Temperature;
        switch (model)
        {
            case SimCLR simclr:
                var (first, second) = simclr.forward(x0, x1);
                return NTXentLoss.BatchLoss(first, second, temperature);
            case MoCo moco:
                var (query, key) = moco.forward(x0, x1);
                return banks.Contrast.call(query, key);
            case BarlowTwins barlow:
                var (left, right) = barlow.forward(x0, x1);
                return BarlowTwinsLoss.BatchLoss(left, right);
            case SimSiam simsiam:
                var (out0, out1) = simsiam.forward(x0, x1);
                return Symmetric(out0, out1);
            case BYOL byol:
                var (target0, target1) = byol.call(x0, x1);
                return Symmetric(target0, target1);
            case NNCLR nnclr:
                var ((z0, p0), (z1, p1)) = nnclr.forward(x0, x1);
                var near0 = banks.Neighbours.forward(z0.detach(), update: false);
                var near1 = banks.Neighbours.forward(z1.detach(), update: true);
                return (NTXentLoss.BatchLoss(near0, p1, temperature) + NTXentLoss.BatchLoss(near1, p0, temperature)) / 2;
            default:
                throw new NotSupportedException(model.GetName());
        }
    }

    private static Tensor Symmetric((Tensor Z, Tensor P) out0, (Tensor Z, Tensor P) out1)
    {
        using var loss = new SymNegCosineSimilarityLoss();
        return loss.call(out0, out1);
    }

    private sealed class Banks : IDisposable
    {
        public Banks(GoldenCase golden, ScalarType type)
        {
            var (count, dimension) = golden.Parameters.TryGetProperty("memory_bank_size", out var size)
                ? (size[0].GetInt64(), size[1].GetInt64())
                : (1, 1);
            Temperature = golden.Number("temperature", 0.5);
            Neighbours = new(count, dimension, overflow: MemoryBankOverflow.Drop);
            Contrast = new(
                Temperature, new MemoryBankModule(count, dimension, featureDimensionFirst: false, overflow: MemoryBankOverflow.Drop));
            if (golden.Parameters.TryGetProperty("initial_bank", out var initial))
            {
                var rows = nn.functional.normalize(GoldenTensor.Hash(initial.GetProperty("p").GetInt32(), count, dimension));
                Neighbours.Bank!.copy_(rows);
                Contrast.MemoryBank!.Bank!.copy_(rows);
            }

            Neighbours.to(type);
            Contrast.to(type);
        }

        public double Temperature { get; }

        public NTXentLoss Contrast { get; }

        public NNMemoryBankModule Neighbours { get; }

        public void Dispose()
        {
            Contrast.Dispose();
            Neighbours.Dispose();
        }
    }
}
