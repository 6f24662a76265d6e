using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Tests.Golden;

namespace LightlyCluster.SelfSupervised.Tests.Memory;

internal static class MemoryGoldenChecks
{
    [GoldenCheck("lightly.models.modules.memory_bank.MemoryBankModule")]
    internal static void CheckMemoryBank(GoldenCase golden)
    {
        if (!golden.Root.TryGetProperty("steps", out var steps))
        {
            CheckLazyBank(golden);
            return;
        }

        var initial = golden.Input("initial_bank");
        using var bank = new MemoryBankModule(
            initial.shape,
            featureDimensionFirst: golden.Parameters.GetProperty("feature_dim_first").GetBoolean(),
            overflow: MemoryBankOverflow.Drop);
        bank.Bank!.copy_(initial);
        foreach (var step in steps.EnumerateArray())
        {
            var output = GoldenTensor.Read(step.GetProperty("output"));
            var (returned, returnedBank) = bank.forward(output, step.GetProperty("update").GetBoolean());

            returned.ShouldBeSameAs(output);
            GoldenCompare.Tensors(returnedBank, step.GetProperty("returned_bank"), 0, "returned bank");
            GoldenCompare.Tensors(bank.Bank, step.GetProperty("bank_after"), 0, "bank");
            bank.Pointer.ShouldBe(step.GetProperty("ptr_after").GetInt64());
        }
    }

    [GoldenCheck("lightly.models.modules.NNMemoryBankModule")]
    internal static void CheckNearestNeighbourBank(GoldenCase golden)
    {
        var initial = golden.Input("initial_bank");
        using var bank = new NNMemoryBankModule(initial.shape[0], initial.shape[1], overflow: MemoryBankOverflow.Drop);
        bank.Bank!.copy_(initial);
        foreach (var step in golden.Root.GetProperty("steps").EnumerateArray())
        {
            var nearest = bank.forward(GoldenTensor.Read(step.GetProperty("output")), step.GetProperty("update").GetBoolean());

            GoldenCompare.Tensors(nearest, step.GetProperty("nearest_neighbours"), 0, "nearest neighbours");
            GoldenCompare.Tensors(bank.Bank, step.GetProperty("bank_after"), 0, "bank");
            bank.Pointer.ShouldBe(step.GetProperty("ptr_after").GetInt64());
        }
    }

    private static void CheckLazyBank(GoldenCase golden)
    {
        var output = golden.Input("output");
        using var bank = new MemoryBankModule(golden.Parameters.GetProperty("size").GetInt64(), overflow: MemoryBankOverflow.Drop);
        bank.Bank.ShouldBeNull();

        var (_, returned) = bank.forward(output, update: true);

        bank.Bank!.shape.ShouldBe(golden.Expected.GetProperty("bank_shape").EnumerateArray().Select(size => size.GetInt64()));
        returned!.shape.ShouldBe(golden.Expected.GetProperty("returned_shape").EnumerateArray().Select(size => size.GetInt64()));
        var untouched = bank.Bank.narrow(0, output.shape[0], bank.Size - output.shape[0]);
        GoldenCompare.Tensors(
            untouched.norm(1), golden.Expected.GetProperty("row_norms_of_untouched"), GoldenCompare.SingleTolerance, "row lengths");
        GoldenCompare.Tensors(bank.Bank.narrow(0, 0, output.shape[0]), golden.Expected.GetProperty("first_rows"), 0, "first rows");
        bank.Pointer.ShouldBe(golden.Expected.GetProperty("ptr").GetInt64());
    }
}
