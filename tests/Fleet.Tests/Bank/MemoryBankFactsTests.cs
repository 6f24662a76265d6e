using LightlyCluster.Fleet.Bank;

namespace LightlyCluster.Fleet.Tests.Bank;

public sealed class MemoryBankFactsTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(3, 384, 3)]
    [InlineData(16, 2048, 16)]
    [InlineData(100, 2048, 16)]
    public void A_ring_fills_and_then_turns(long step, int filled, long oldest)
    {
        var bank = Facts(step, "moco", ("memoryBankSize", 2048), ("symmetric", 1));

        bank.ShouldBe(new(2048, 128, filled, oldest));
    }

    [Fact]
    public void One_direction_appends_half_of_it() =>
        Facts(1, "moco", ("memoryBankSize", 2048), ("symmetric", 0)).ShouldNotBeNull().KeysPerStep.ShouldBe(64);

    [Fact]
    public void The_neighbours_bank_appends_one_view() =>
        Facts(2, "nnclr", ("memoryBankSize", 1000)).ShouldNotBeNull().Fill.ShouldBe(0.128);

    [Fact]
    public void Other_methods_have_none() => Facts(10, "simclr").ShouldBeNull();

    private static MemoryBankFacts? Facts(long step, string method, params (string Name, double Value)[] parameters) => MemoryBankFacts.Of(
        new() { Name = method, Parameters = new(parameters.Select(pair => KeyValuePair.Create(pair.Name, pair.Value))) }, batchSize: 64, step);
}
