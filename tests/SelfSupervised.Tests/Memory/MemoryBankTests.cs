using LightlyCluster.SelfSupervised.Memory;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Memory;

public sealed class MemoryBankTests
{
    [Theory]
    [InlineData(5, 3, 4)]
    [InlineData(5, 5, 3)]
    [InlineData(5, 12, 3)]
    [InlineData(7, 1, 9)]
    [InlineData(4, 9, 2)]
    public void The_ring_keeps_the_newest_keys_and_drops_none_of_them(int size, int batch, int calls)
    {
        using var scope = NewDisposeScope();
        var bank = full([size, 2], -1f);
        var expected = Enumerable.Repeat(-1f, size).ToArray();
        var pointer = 0L;
        var next = 0;
        for (var call = 0; call < calls; call++)
        {
            var keys = arange(next, next + batch, dtype: float32).unsqueeze(1).repeat(1, 2);
            for (var row = 0; row < batch; row++)
            {
                expected[(next + row) % size] = next + row;
            }

            pointer = MemoryBank.Write(bank, keys, pointer);
            next += batch;
        }

        bank.select(1, 0).ShouldBeSameValues(tensor(expected));
        pointer.ShouldBe(next % size);
    }

    [Fact]
    public void The_module_returns_the_bank_of_before_the_call_and_wraps()
    {
        using var scope = NewDisposeScope();
        using var module = new MemoryBankModule(4, 2, seed: 1, featureDimensionFirst: false);
        var first = module.Bank!.clone();

        var (_, returned) = module.forward(ones(3, 2), update: true);
        _ = module.forward(ones(3, 2) * 2, update: true);

        returned!.ShouldBeSameValues(first);
        module.Bank!.select(1, 0).ShouldBeSameValues(tensor(new[] { 2f, 2f, 1f, 2f }));
        (module.Pointer, module.KeysWritten).ShouldBe((2, 6));
        module.state_dict().Keys.ShouldBe(["bank", "bank_ptr", "keys_written"]);
    }

    [Fact]
    public void The_first_rows_are_normalized_and_depend_on_seed_and_row_only()
    {
        using var scope = NewDisposeScope();
        var small = MemoryBankRows.Draw(3, 8, 5);
        var large = MemoryBankRows.Draw(6, 8, 5);

        large.narrow(0, 0, 3).ShouldBeSameValues(small);
        large.norm(1).ShouldBeCloseTo(ones(6), 1e-6);
        (MemoryBankRows.Draw(3, 8, 6) - small).abs().max().item<float>().ShouldBeGreaterThan(0.01f);
    }

    [Fact]
    public void Bad_sizes_and_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        using var module = new MemoryBankModule(4, 2);

        Should.Throw<ArgumentException>(() => module.forward(ones(3, 5), update: true)).Message.ShouldContain("do not fit a memory bank");
        Should.Throw<ArgumentOutOfRangeException>(() => new MemoryBankModule(-1)).Message
            .ShouldContain("Illegal memory bank size -1, all entries must be non-negative.");
        Should.Throw<ArgumentOutOfRangeException>(() => new MemoryBankModule([10, -1])).Message.ShouldContain("(10, -1)");
        Should.Throw<ArgumentOutOfRangeException>(() => MemoryBank.Write(module.Bank!, ones(1, 2), 4));
        using var none = new MemoryBankModule(0);
        none.forward(ones(3, 5), update: true).Bank.ShouldBeNull();
    }

    [Fact]
    public void A_loss_of_ones_own_can_be_derived_from_the_bank()
    {
        using var scope = NewDisposeScope();
        using var loss = new FarthestKeyLoss();

        loss.Compute(ones(2, 3)).item<float>().ShouldBeInRange(-1f, 1f);
        loss.KeysWritten.ShouldBe(2);
    }

    private sealed class FarthestKeyLoss() : MemoryBankModule(8, 3)
    {
        public Tensor Compute(Tensor output)
        {
            var (_, bank_DK) = forward(nn.functional.normalize(output), update: true);
            return mm(nn.functional.normalize(output), bank_DK!).amin(1).mean();
        }
    }
}
