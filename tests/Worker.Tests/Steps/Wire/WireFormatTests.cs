using LightlyCluster.Worker.Steps.Wire;
using static LightlyCluster.Worker.Tests.Steps.Wire.WireValues;

namespace LightlyCluster.Worker.Tests.Steps.Wire;

/// <summary>What holds for every format.</summary>
public sealed class WireFormatTests
{
    private static readonly int[] Lengths = [0, 1, 7, 15, 16, 17, 31, 32, 33, 63, 64, 65, 100, 127, 2047, 2048, 2049, 5000];

    public static TheoryData<string> Words => WireValues.Words;

    [Theory]
    [MemberData(nameof(Words))]
    public void Rounded_values_travel_without_a_change_and_have_one_encoding(string word)
    {
        var format = WireFormats.Of(word);
        foreach (var length in Lengths)
        {
            var rounded = Rounded(format, Draw(length), Random());

            var bytes = Encoded(format, rounded);
            var received = Decoded(format, bytes, length);

            Bits(received).ShouldBe(Bits(rounded), $"{length} values");
            Encoded(format, received).ShouldBe(bytes, $"{length} values");
        }
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Rounding_again_changes_nothing_whatever_is_drawn(string word)
    {
        var format = WireFormats.Of(word);
        var rounded = Rounded(format, Draw(5000), Random(step: 3));

        Bits(Rounded(format, rounded, Random(step: 4))).ShouldBe(Bits(rounded));
    }

    [Theory]
    [MemberData(nameof(Words))]
    public void Values_round_alike_wherever_the_vector_is_cut(string word)
    {
        var format = WireFormats.Of(word);
        var values = Draw(4096);
        var whole = Rounded(format, values, Random());

        float[] parts =
        [
            .. Rounded(format, values.AsSpan(0, 64), Random()),
            .. Rounded(format, values.AsSpan(64, 2048), Random(), first: 64),
            .. Rounded(format, values.AsSpan(2112), Random(), first: 2112),
        ];

        Bits(parts).ShouldBe(Bits(whole));
    }

    [Theory]
    [InlineData("fp32", 1000, 4000)]
    [InlineData("bf16", 1001, 2002)]
    [InlineData("int8", 32, 33)]
    [InlineData("int8", 33, 35)]
    [InlineData("int8", 1000, 1032)]
    public void A_format_takes_its_bytes_and_no_more(string word, int values, int bytes) => WireFormats.Of(word).BytesOf(values).ShouldBe(bytes);
}
