using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Tests.Randomness;

public sealed class PhiloxTests
{
    /// <summary>Known answers from the file kat_vectors of Random123 1.14.</summary>
    [Theory]
    [InlineData("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8")]
    [InlineData("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd")]
    [InlineData("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1")]
    public void Compute_gives_the_known_answers(string counter, string key, string expected)
    {
        var words = Parse(counter);
        var keyWords = Parse(key);

        var block = Philox.Compute(
            new PhiloxBlock(words[0], words[1], words[2], words[3]), keyWords[0] | ((ulong)keyWords[1] << 32));

        new[] { block.Word0, block.Word1, block.Word2, block.Word3 }.ShouldBe(Parse(expected));
    }

    private static uint[] Parse(string words) => [.. words.Split(' ').Select(word => Convert.ToUInt32(word, 16))];
}
