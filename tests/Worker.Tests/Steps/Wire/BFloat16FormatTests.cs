using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.Worker.Steps.Wire;
using static LightlyCluster.Worker.Tests.Steps.Wire.WireValues;

namespace LightlyCluster.Worker.Tests.Steps.Wire;

public sealed class BFloat16FormatTests
{
    private static readonly BFloat16Format Format = new();

    [Theory]
    [InlineData(0x3F800000, 0x3F800000)] // 1
    [InlineData(0x3F808000, 0x3F800000)] // half-way, to even: down
    [InlineData(0x3F818000, 0x3F820000)] // half-way, to even: up
    [InlineData(0x3F808001, 0x3F810000)] // above half-way
    [InlineData(0xBF807FFF, 0xBF800000)] // below half-way, negative
    [InlineData(0x3FFF8000, 0x40000000)] // the mantissa overflows into the exponent
    [InlineData(0x00000000, 0x00000000)]
    [InlineData(0x80000000, 0x80000000)] // the sign of zero stays
    [InlineData(0x00000001, 0x00000000)] // the smallest subnormal
    [InlineData(0x00018000, 0x00020000)] // subnormals round like others
    [InlineData(0x7F7F7FFF, 0x7F7F0000)] // the largest that stays finite
    [InlineData(0x7F7F8000, 0x7F800000)] // half-way to 2^128
    [InlineData(0xFF7FFFFF, 0xFF800000)]
    [InlineData(0x7F800000, 0x7F800000)] // infinity
    [InlineData(0x7F800001, 0x7FC00000)] // a signalling NaN becomes a quiet one, not infinity
    [InlineData(0xFFFFFFFF, 0xFFFF0000)]
    public void Known_values_round_to_the_nearest_even(uint bits, uint expected)
    {
        var alone = Rounded(Format, [BitConverter.UInt32BitsToSingle(bits)], default);
        var among = Rounded(Format, [.. Enumerable.Repeat(BitConverter.UInt32BitsToSingle(bits), 16)], default);

        BitConverter.SingleToUInt32Bits(alone[0]).ShouldBe(expected);
        among.ShouldAllBe(value => BitConverter.SingleToUInt32Bits(value) == expected);
    }

    [Fact]
    public void Any_number_rounds_to_the_nearest_of_its_two_neighbours()
    {
        var stream = new RandomStream(1, RandomPurpose.None, 0, 0, 0);
        var values = new List<float>();
        while (values.Count < 100_000)
        {
            var value = BitConverter.UInt32BitsToSingle(stream.NextUInt32());
            if (float.IsFinite(value) && Math.Abs(value) < 3e38f)
            {
                values.Add(value);
            }
        }

        var rounded = Rounded(Format, [.. values], default);

        Bits(rounded).ShouldBe(Bits(values.Select(NearestSlowly)));
    }

    /// <summary>By distances in double precision, which are exact here.</summary>
    private static float NearestSlowly(float value)
    {
        var below = BitConverter.SingleToUInt32Bits(value) & 0xFFFF0000;
        var (low, high) = (BitConverter.UInt32BitsToSingle(below), BitConverter.UInt32BitsToSingle(below + 0x10000));
        var (toLow, toHigh) = (Math.Abs((double)value - low), Math.Abs((double)high - value));
        var isLowEven = (below & 0x10000) == 0;
        return toLow < toHigh || (toLow == toHigh && isLowEven) ? low : high;
    }
}
