using LightlyCluster.SelfSupervised.Randomness;
using LightlyCluster.Worker.Steps.Wire;
using static LightlyCluster.Worker.Tests.Steps.Wire.WireValues;

namespace LightlyCluster.Worker.Tests.Steps.Wire;

public sealed class Int8FormatTests
{
    private const int Draws = 4000;

    private static readonly Int8Format Format = new();

    [Fact]
    public void The_mean_of_many_roundings_is_the_value()
    {
        // One value in 32 sets the scale (64 = 64 * 2^0, so that s = 1); the others lie anywhere between whole numbers.
        var stream = new RandomStream(2, RandomPurpose.None, 0, 0, 0);
        var values = new float[256];
        stream.FillUniform(values, -60, 60);
        for (var block = 0; block < values.Length; block += Int8Format.BlockLength)
        {
            values[block] = 64;
        }

        var ups = new int[values.Length];
        for (var step = 0; step < Draws; step++)
        {
            var rounded = Rounded(Format, values, Random(step));
            for (var index = 0; index < values.Length; index++)
            {
                var up = rounded[index] - MathF.Floor(values[index]);
                up.ShouldBeOneOf(0f, 1f);
                ups[index] += (int)up;
            }
        }

        // Each count is binomial; the sum of squared standard scores has mean and half variance equal to how many there are.
        var scores = values.Select((value, index) => (Probability: (double)value - Math.Floor(value), Count: ups[index]))
            .Where(entry => entry.Probability is > 0.001 and < 0.999)
            .Select(entry => (entry.Count - (Draws * entry.Probability)) / Math.Sqrt(Draws * entry.Probability * (1 - entry.Probability)))
            .ToArray();
        scores.Length.ShouldBeGreaterThan(230);
        Math.Abs(scores.Sum() / Math.Sqrt(scores.Length)).ShouldBeLessThan(3.3, "values are not pushed to one side");
        Math.Abs((scores.Sum(score => score * score) - scores.Length) / Math.Sqrt(2 * scores.Length)).ShouldBeLessThan(3.3, "each count has its spread");
    }

    [Fact]
    public void Neighbours_nodes_and_steps_round_independently()
    {
        var values = Enumerable.Repeat(0.5f, 64 * 1024).Select((value, index) => index % Int8Format.BlockLength == 0 ? 64 : value).ToArray();
        var one = Ups(Random(step: 1, node: 1));

        foreach (var other in new[] { Ups(Random(step: 2, node: 1)), Ups(Random(step: 1, node: 2)), [.. one[1..], one[0]] })
        {
            var equal = one.Zip(other, (left, right) => left == right ? 1 : 0).Sum();
            Math.Abs(equal - (one.Length / 2.0)).ShouldBeLessThan(3.3 * Math.Sqrt(one.Length) / 2);
        }

        bool[] Ups(RandomBlocks random) => [.. Rounded(Format, values, random).Where((_, index) => index % Int8Format.BlockLength != 0).Select(value => value == 1)];
    }

    [Fact]
    public void A_value_draws_the_16_bits_that_are_its_own()
    {
        var values = Enumerable.Repeat(0.5f, 96).Select((value, index) => index % Int8Format.BlockLength == 0 ? 64 : value).ToArray();
        var stream = new RandomStream(7, RandomPurpose.Rounding, 3, 1, 0);
        var halves = Enumerable.Range(0, 100).SelectMany(_ => Halves(stream.NextUInt32())).Take(160).Skip(64).ToArray();

        var rounded = Rounded(Format, values, Random(step: 3, node: 1), first: 64);

        rounded.Select((value, index) => (value, index)).Where(entry => entry.index % Int8Format.BlockLength != 0)
            .ShouldAllBe(entry => entry.value == MathF.Floor(0.5f + ((halves[entry.index] + 0.5f) / 65536)));

        static uint[] Halves(uint word) => [word & 0xFFFF, word >> 16];
    }

    [Theory]
    [InlineData(127f, 1f)]
    [InlineData(127.00001f, 2f)]
    [InlineData(63.5f, 0.5f)]
    [InlineData(1f, 1f / 64)]
    [InlineData(1f / (1L << 62), 1f / (1L << 62) / 64)]
    public void The_scale_is_the_smallest_power_of_two_that_holds_the_largest_value(float largest, float scale)
    {
        var values = new float[Int8Format.BlockLength];
        values[9] = -largest;

        var rounded = Rounded(Format, values, Random());

        (rounded[9] / scale).ShouldBe(MathF.Round(rounded[9] / scale));
        Math.Abs(rounded[9] + largest).ShouldBeLessThan(scale);
        Encoded(Format, rounded)[Int8Format.BlockLength].ShouldBe((byte)(133 + MathF.Log2(scale)));
    }

    [Fact]
    public void Zeros_tiny_and_huge_values_keep_what_the_format_says()
    {
        var zeros = Rounded(Format, [0, -0f, 0], Random());
        var tiny = Rounded(Format, [float.Epsilon, -1e-40f, MathF.ScaleB(3, -126)], Random());
        var huge = Rounded(Format, [float.MaxValue, float.MinValue, 1], Random());

        Bits(zeros).ShouldBe([0, 0, 0]);
        tiny[0].ShouldBeOneOf(0, MathF.ScaleB(1, -126));
        tiny[2].ShouldBe(MathF.ScaleB(3, -126));
        huge.ShouldBe([MathF.ScaleB(127, 121), -MathF.ScaleB(127, 121), huge[2]]);
        huge[2].ShouldBeOneOf(0, MathF.ScaleB(1, 121));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_a_finite_number_spoils_its_block_and_no_other(float value)
    {
        var values = Draw(80);
        values[40] = value;

        var rounded = Rounded(Format, values, Random());
        var received = Decoded(Format, Encoded(Format, rounded), 80);

        rounded[32..64].ShouldAllBe(number => float.IsNaN(number));
        rounded[..32].Concat(rounded[64..]).ShouldAllBe(number => float.IsFinite(number));
        Bits(received).ShouldBe(Bits(rounded));
    }

    [Fact]
    public void No_value_moves_by_a_whole_step()
    {
        var values = Draw(3200);

        var rounded = Rounded(Format, values, Random());

        for (var start = 0; start < values.Length; start += Int8Format.BlockLength)
        {
            var largest = values.Skip(start).Take(Int8Format.BlockLength).Max(value => Math.Abs(value));
            var step = Math.Pow(2, Math.Ceiling(Math.Log2(largest / 127.0)));
            Enumerable.Range(start, Int8Format.BlockLength).ShouldAllBe(index => Math.Abs((double)rounded[index] - values[index]) < step);
        }
    }
}
