using System.Text.Json;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Tests.Golden;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Losses;

/// <summary>
/// What lightly's processes compute together must be our loss of the whole batch: the mean of their losses, and the mean of the
/// gradients that data parallelism averages.
/// </summary>
internal static class DistributedGoldenChecks
{
    internal static void CheckNTXentLoss(GoldenCase golden)
    {
        if (golden.Parameters.TryGetProperty("memory_bank_size", out var size) && size.ValueKind == JsonValueKind.Array)
        {
            CheckBank(golden);
            return;
        }

        var temperature = golden.Number("temperature", NTXentLoss.DefaultTemperature);
        CompareWholeBatch(golden, "out0", "out1", (first, second) => NTXentLoss.BatchLoss(first, second, temperature));
    }

    internal static void CheckPairLoss(GoldenCase golden)
    {
        if (golden.Target.EndsWith("BarlowTwinsLoss", StringComparison.Ordinal))
        {
            CheckBarlowTwinsOfRanks(golden);
            return;
        }

        using var loss = (PairLoss)GoldenConstructor.Create(LossGoldenChecks.LossType(golden), golden.Parameters);
        var names = golden.Inputs.EnumerateObject().Select(property => property.Name[..^"_per_rank".Length]).ToArray();
        CompareWholeBatch(golden, names[0], names[1], loss.call);
    }

    /// <summary>There each rank standardizes by itself, so not our loss of the whole batch but its parts are compared.</summary>
    private static void CheckBarlowTwinsOfRanks(GoldenCase golden)
    {
        var lambda = golden.Number("lambda_param", BarlowTwinsLoss.DefaultLambda);
        var ranks = (int)golden.Number("world_size", 1);
        CompareWholeBatch(golden, "z_a", "z_b", (first, second) => BarlowTwinsOfRanks(first, second, ranks, lambda));
    }

    internal static Tensor BarlowTwinsOfRanks(Tensor first, Tensor second, int ranks, double lambda)
    {
        var parts = first.chunk(ranks, 0).Zip(second.chunk(ranks, 0), (a, b) =>
            mm(BarlowTwinsLoss.Standardize(a).t(), BarlowTwinsLoss.Standardize(b)).div(a.shape[0])).ToArray();
        return BarlowTwinsLoss.CorrelationLoss(stack(parts).mean([0L]), lambda);
    }

    /// <summary>Compares with the concatenation of all ranks' rows: losses in the mean, gradients row by row.</summary>
    internal static void CompareWholeBatch(GoldenCase golden, string firstName, string secondName, Func<Tensor, Tensor, Tensor> compute)
    {
        var ranks = golden.Expected.GetProperty("per_rank").EnumerateArray().ToArray();
        foreach (var (type, suffix) in new[] { (float32, ""), (float64, "_f64") })
        {
            if (!ranks[0].TryGetProperty("loss" + suffix, out _))
            {
                continue;
            }

            var first = Concatenate(golden, firstName).to(type).requires_grad_();
            var second = Concatenate(golden, secondName).to(type).requires_grad_();
            var loss = compute(first, second);
            loss.backward();

            var tolerance = GoldenCompare.ToleranceOf(type);
            GoldenCompare.Numbers(
                loss.to(float64).item<double>(),
                ranks.Average(rank => rank.GetProperty("loss" + suffix).GetDouble()),
                tolerance,
                "mean of the ranks' losses");
            CompareGradients(ranks, first, $"grad_{firstName}{suffix}", tolerance);
            CompareGradients(ranks, second, $"grad_{secondName}{suffix}", tolerance);
        }
    }

    internal static Tensor Concatenate(GoldenCase golden, string name) =>
        cat([.. golden.Inputs.GetProperty(name + "_per_rank").EnumerateArray().Select(rank => GoldenTensor.Read(rank))], 0);

    private static void CompareGradients(JsonElement[] ranks, Tensor input, string key, double tolerance)
    {
        var count = input.shape[0] / ranks.Length;
        for (var rank = 0; rank < ranks.Length; rank++)
        {
            // A rank's gradient is that of the sum over ranks; data parallelism divides it by their number.
            GoldenCompare.Tensors(
                input.grad!.narrow(0, rank * count, count) * ranks.Length,
                ranks[rank].GetProperty(key),
                tolerance,
                $"{key} of rank {rank}");
        }
    }

    [GoldenCheck("torch DistributedDataParallel + lightly.loss.NTXentLoss")]
    [GoldenCheck("torch DistributedDataParallel + lightly.loss.BarlowTwinsLoss")]
    internal static void CheckDataParallel(GoldenCase golden)
    {
        var weight = golden.Input("weight").requires_grad_();
        var first = nn.functional.linear(Concatenate(golden, "x0"), weight);
        var second = nn.functional.linear(Concatenate(golden, "x1"), weight);
        var ranks = (int)golden.Number("world_size", 1);
        var loss = golden.Target.EndsWith("NTXentLoss", StringComparison.Ordinal)
            ? NTXentLoss.BatchLoss(first, second, golden.Number("temperature", NTXentLoss.DefaultTemperature))
            : BarlowTwinsOfRanks(first, second, ranks, golden.Number("lambda_param", BarlowTwinsLoss.DefaultLambda));
        loss.backward();

        var expected = golden.Expected.GetProperty("per_rank").EnumerateArray().ToArray();
        GoldenCompare.Numbers(
            loss.item<float>(), expected.Average(rank => rank.GetProperty("loss").GetDouble()), GoldenCompare.SingleTolerance, "loss");
        foreach (var rank in expected)
        {
            GoldenCompare.Tensors(weight.grad, rank.GetProperty("weight_grad"), GoldenCompare.SingleTolerance, "weight gradient");
        }
    }

    private static void CheckBank(GoldenCase golden)
    {
        var temperature = golden.Number("temperature", NTXentLoss.DefaultTemperature);
        var ranks = golden.Expected.GetProperty("per_rank").EnumerateArray().ToArray();
        var queries = Concatenate(golden, "out0");
        var keys = Concatenate(golden, "out1");
        var bank = golden.Input("initial_bank").clone();
        var pointer = 0L;
        for (var call = 0; call < (int)golden.Number("calls", 1); call++)
        {
            var rows = NTXentLoss.RowLosses(queries, keys, bank, temperature).view(ranks.Length, -1).mean([1L]);
            pointer = MemoryBank.WriteDroppingOverflow(bank, nn.functional.normalize(keys), pointer);
            for (var rank = 0; rank < ranks.Length; rank++)
            {
                GoldenCompare.Numbers(
                    rows[rank].item<float>(), ranks[rank].GetProperty("losses")[call].GetDouble(), GoldenCompare.SingleTolerance, "loss");
                GoldenCompare.Tensors(bank, ranks[rank].GetProperty("bank_after")[call], GoldenCompare.SingleTolerance, "bank");
                pointer.ShouldBe(ranks[rank].GetProperty("ptr_after")[call].GetInt64());
            }
        }
    }
}
