using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Tests.Randomness;

public sealed class SamplePermutationTests
{
    [Fact]
    public void Every_element_stands_at_exactly_one_position()
    {
        foreach (var count in Enumerable.Range(1, 300).Append(1000).Append(4096).Append(4097).Append(50_000))
        {
            var permutation = new SamplePermutation(11, 2, count);

            var elements = Enumerable.Range(0, count).Select(position => permutation[position]).Order();

            elements.SequenceEqual(Enumerable.Range(0, count).Select(element => (long)element)).ShouldBeTrue($"count {count}");
        }
    }

    [Fact]
    public void A_position_is_found_in_sets_too_large_to_list()
    {
        foreach (var count in new[] { 1L << 31, (1L << 40) + 3, long.MaxValue })
        {
            var permutation = new SamplePermutation(1, 0, count);

            permutation[count - 1].ShouldBeInRange(0, count - 1);
            permutation[0].ShouldNotBe(permutation[1]);
        }
    }

    [Fact]
    public void Seed_and_epoch_decide_the_order()
    {
        Take(new SamplePermutation(1, 0, 1000)).ShouldBe(Take(new SamplePermutation(1, 0, 1000)));
        Take(new SamplePermutation(1, 0, 1000)).ShouldNotBe(Take(new SamplePermutation(1, 1, 1000)));
        Take(new SamplePermutation(1, 0, 1000)).ShouldNotBe(Take(new SamplePermutation(2, 0, 1000)));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(10)]
    public void Each_element_comes_first_equally_often(int count)
    {
        const int Epochs = 20_000;
        var counts = new long[count];
        for (var epoch = 0; epoch < Epochs; epoch++)
        {
            counts[new SamplePermutation(3, epoch, count)[0]]++;
        }

        GoodnessOfFit.ChiSquareProbability(counts, [.. Enumerable.Repeat((double)Epochs / count, count)]).ShouldBeGreaterThan(0.001);
    }

    [Fact]
    public void Neighbouring_positions_hold_unrelated_elements()
    {
        const int Count = 100_000;
        var permutation = new SamplePermutation(9, 0, Count);
        var elements = Enumerable.Range(0, Count).Select(position => permutation[position] / (double)Count).ToArray();
        var correlation = elements.Zip(elements.Skip(1), (left, right) => (left - 0.5) * (right - 0.5)).Average() * 12;

        Math.Abs(correlation).ShouldBeLessThan(4 / Math.Sqrt(Count));
    }

    [Fact]
    public void Positions_outside_are_refused()
    {
        var permutation = new SamplePermutation(1, 0, 10);

        Should.Throw<ArgumentOutOfRangeException>(() => permutation[10]);
        Should.Throw<ArgumentOutOfRangeException>(() => permutation[-1]);
        Should.Throw<ArgumentOutOfRangeException>(() => new SamplePermutation(1, 0, 0));
    }

    private static long[] Take(SamplePermutation permutation) =>
        [.. Enumerable.Range(0, 100).Select(position => permutation[position])];
}
