using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Tests.Randomness;

public sealed class RandomBlocksTests
{
    [Theory]
    [InlineData(0, 32)]
    [InlineData(3, 32)]
    [InlineData(1000, 1024)]
    public void Words_from_any_block_on_are_those_of_the_stream(int firstBlock, int count)
    {
        var stream = new RandomStream(7, RandomPurpose.Rounding, 3, 41, 1);
        var drawn = Enumerable.Range(0, (4 * firstBlock) + count).Select(_ => stream.NextUInt32()).ToArray();
        var words = new uint[count];

        new RandomBlocks(7, RandomPurpose.Rounding, 3, 41, 1).Fill(firstBlock, words);

        words.ShouldBe(drawn[(4 * firstBlock)..]);
    }

    [Fact]
    public void Counters_above_32_bits_are_counters_too()
    {
        var words = new uint[64];

        new RandomBlocks(7, RandomPurpose.Rounding, 3, 41, 1).Fill(uint.MaxValue - 3L, words);

        words.Distinct().Count().ShouldBe(64);
        var far = new uint[32];
        new RandomBlocks(7, RandomPurpose.Rounding, 3, 41, 1).Fill(uint.MaxValue + 1L, far);
        far[..16].ShouldBe(words[16..32]);
    }

    [Fact]
    public void Words_come_in_multiples_of_32() =>
        Should.Throw<ArgumentException>(() => default(RandomBlocks).Fill(0, new uint[31])).Message.ShouldContain("31 words");
}
