using LightlyCluster.SelfSupervised.Losses;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Losses;

public sealed class NTXentLossTests
{
    [Theory]
    [InlineData(0.5, 1.6165165163319724)]
    [InlineData(0.1, 4.439962569971617)]
    public void The_batch_loss_has_the_reference_value(double temperature, double expected)
    {
        using var scope = NewDisposeScope();
        var (first, second) = Views();

        NTXentLoss.BatchLoss(first, second, temperature).item<double>().ShouldBe(expected, 1e-12);
        NTXentLoss.BatchLoss(second, first, temperature).item<double>().ShouldBe(expected, 1e-12);
    }

    [Fact]
    public void The_row_losses_against_a_bank_have_the_reference_mean()
    {
        using var scope = NewDisposeScope();
        var (first, second) = Views();
        var bank = nn.functional.normalize(sin((arange(15, dtype: float64).view(5, 3) + 1) * 2.3));

        NTXentLoss.RowLosses(first, second, bank, 0.1).mean().item<double>().ShouldBe(1.2535453884162506, 1e-12);
    }

    [Fact]
    public void Shards_of_row_losses_add_up_to_the_gradient_of_the_whole_batch()
    {
        using var scope = NewDisposeScope();
        var (first, second) = Views();
        var bank = nn.functional.normalize(sin(arange(15, dtype: float64).view(5, 3)));
        var whole = first.clone().requires_grad_();
        var sharded = first.clone().requires_grad_();

        NTXentLoss.RowLosses(whole, second, bank, 0.2).mean().backward();
        for (var shard = 0; shard < 2; shard++)
        {
            var rows = NTXentLoss.RowLosses(sharded.narrow(0, shard * 2, 2), second.narrow(0, shard * 2, 2), bank, 0.2);
            (rows.sum() / 4).backward();
        }

        sharded.grad!.ShouldBeCloseTo(whole.grad!, 1e-15);
    }

    [Fact]
    public void A_batch_of_one_has_no_loss_and_equal_embeddings_have_the_logarithm_of_the_choices()
    {
        using var scope = NewDisposeScope();

        NTXentLoss.BatchLoss(ones(1, 4), ones(1, 4)).item<float>().ShouldBe(0);
        NTXentLoss.BatchLoss(ones(6, 4), ones(6, 4)).item<float>().ShouldBe(MathF.Log(11), 1e-5f);
    }

    [Fact]
    public void The_bank_is_read_before_it_is_written_and_not_written_in_evaluation()
    {
        using var scope = NewDisposeScope();
        using var loss = new NTXentLoss(0.1, memoryBankSize: 6, memoryBankDimension: 3, seed: 2);
        var (first, second) = Views();
        loss.to(float64);
        var expected = NTXentLoss.RowLosses(first, second, loss.MemoryBank!.Bank!, 0.1).mean().item<double>();

        loss.call(first, second).item<double>().ShouldBe(expected, 1e-12);
        loss.MemoryBank.KeysWritten.ShouldBe(0);
        loss.call(first.requires_grad_(), second).backward();
        loss.MemoryBank.KeysWritten.ShouldBe(4);
        loss.MemoryBank.Bank!.narrow(0, 0, 4).ShouldBeCloseTo(nn.functional.normalize(second), 1e-15);
        loss.state_dict().Keys.ShouldContain("memory_bank.bank");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e-9)]
    [InlineData(double.NaN)]
    public void A_temperature_near_zero_is_refused(double temperature) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new NTXentLoss(temperature)).Message.ShouldContain("Illegal temperature");

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_native_code()
    {
        using var scope = NewDisposeScope();

        Should.Throw<ArgumentException>(() => NTXentLoss.BatchLoss(ones(3, 4), ones(2, 4)));
        Should.Throw<ArgumentException>(() => NTXentLoss.RowLosses(ones(3, 4), ones(3, 4), ones(5, 6)));
    }

    [Fact]
    public void Only_the_result_survives()
    {
        using var scope = NewDisposeScope();
        var (first, second) = Views();
        var before = scope.DisposablesCount;

        _ = NTXentLoss.BatchLoss(first, second);

        scope.DisposablesCount.ShouldBe(before + 1);
    }

    private static (Tensor First, Tensor Second) Views()
    {
        var numbers = arange(12, dtype: float64).view(4, 3) + 1;
        return (sin(numbers), cos(numbers * 0.7));
    }
}
