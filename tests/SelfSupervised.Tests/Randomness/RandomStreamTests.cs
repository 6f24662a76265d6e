using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Tests.Randomness;

public sealed class RandomStreamTests
{
    private const int Draws = 100_000;
    private const ulong FirstNumber = 10952829312304652739;
    private const double SecondNumber = 0.5242103096570055;
    private const double ThirdNumber = -0.8016343763668793;

    [Fact]
    public void The_same_key_gives_the_same_numbers()
    {
        var first = new RandomStream(7, RandomPurpose.Crop, 3, 41, 1);
        var second = new RandomStream(7, RandomPurpose.Crop, 3, 41, 1);

        Take(ref first, 100).ShouldBe(Take(ref second, 100));
    }

    [Fact]
    public void Every_part_of_the_key_changes_the_numbers()
    {
        RandomStream[] streams =
        [
            new(7, RandomPurpose.Crop, 3, 41, 1), new(8, RandomPurpose.Crop, 3, 41, 1), new(7, RandomPurpose.Flip, 3, 41, 1),
            new(7, RandomPurpose.Crop, 4, 41, 1), new(7, RandomPurpose.Crop, 3, 42, 1), new(7, RandomPurpose.Crop, 3, 41, 2),
            new(7, RandomPurpose.Crop, 41, 3, 1), new(7, "layer1.weight"), new(7, "layer2.weight"), new(8, "layer1.weight"),
        ];

        var firstNumbers = streams.Select(stream => stream.NextUInt64()).ToList();

        firstNumbers.Distinct().Count().ShouldBe(streams.Length);
    }

    [Fact]
    public void The_numbers_stay_what_they_are()
    {
        var stream = new RandomStream(1, RandomPurpose.Weights, 2, 3, 4);

        // Written down once. If they change, no checkpoint can be continued and no published hash be reproduced.
        stream.NextUInt64().ShouldBe(FirstNumber);
        stream.NextDouble().ShouldBe(SecondNumber);
        stream.NextNormal().ShouldBe(ThirdNumber);
    }

    [Fact]
    public void Uniform_numbers_are_uniform()
    {
        var stream = new RandomStream(1, RandomPurpose.None, 0, 0, 0);
        var numbers = new double[Draws];
        for (var index = 0; index < Draws; index++)
        {
            numbers[index] = stream.NextDouble();
        }

        numbers.ShouldAllBe(number => number >= 0 && number < 1);
        GoodnessOfFit.KolmogorovSmirnovProbability(numbers, value => value).ShouldBeGreaterThan(0.001);
    }

    [Fact]
    public void Normal_numbers_are_normal()
    {
        var stream = new RandomStream(2, RandomPurpose.None, 0, 0, 0);
        var numbers = new float[Draws];
        stream.FillNormal(numbers, 3, 2);

        GoodnessOfFit.KolmogorovSmirnovProbability(
            numbers.Select(number => (double)number),
            value => GoodnessOfFit.NormalDistribution((value - 3) / 2)).ShouldBeGreaterThan(0.001);
    }

    [Fact]
    public void Integers_are_evenly_spread()
    {
        var stream = new RandomStream(3, RandomPurpose.None, 0, 0, 0);
        var counts = new long[7];
        for (var index = 0; index < Draws; index++)
        {
            counts[stream.NextInteger(7)]++;
        }

        GoodnessOfFit.ChiSquareProbability(counts, [.. Enumerable.Repeat(Draws / 7.0, 7)]).ShouldBeGreaterThan(0.001);
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(1.0, Draws)]
    public void A_coin_of_probability_0_or_1_is_no_coin(double probability, int expected)
    {
        var stream = new RandomStream(4, RandomPurpose.None, 0, 0, 0);
        var count = 0;
        for (var index = 0; index < Draws; index++)
        {
            count += stream.NextBoolean(probability) ? 1 : 0;
        }

        count.ShouldBe(expected);
    }

    [Fact]
    public void Numbers_of_neighbouring_samples_are_not_correlated()
    {
        double[] Draw(int view) =>
            [.. Enumerable.Range(0, Draws).Select(sample => new RandomStream(5, RandomPurpose.Crop, 0, sample, view).NextDouble())];
        var first = Draw(0);
        var second = Draw(1);
        var covariance = first.Zip(second, (left, right) => (left - 0.5) * (right - 0.5)).Average();

        // The standard error of the correlation is 1 / sqrt(draws); a variance is 1 / 12.
        Math.Abs(covariance * 12).ShouldBeLessThan(4 / Math.Sqrt(Draws));
    }

    private static ulong[] Take(ref RandomStream stream, int count)
    {
        var numbers = new ulong[count];
        foreach (ref var number in numbers.AsSpan())
        {
            number = stream.NextUInt64();
        }

        return numbers;
    }
}
