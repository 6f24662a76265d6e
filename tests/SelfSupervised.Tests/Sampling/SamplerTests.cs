using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Sampling;

namespace LightlyCluster.SelfSupervised.Tests.Sampling;

public sealed class SamplerTests
{
    [Fact]
    public void Coreset_equals_the_obvious_algorithm()
    {
        var rows = Rows(count: 300, dimension: 5, seed: 3);

        var selection = Sampler.Select(rows, new SamplerOptions { Count = 40, Seed = 7 });

        var expected = SlowCoreset(rows, selection.Indices[0], 40);
        selection.Indices.ShouldBe(expected.Indices);
        selection.CoverageRadius.ShouldBe(expected.Radius, 1e-6);
        selection.StoppedBy.ShouldBe("count");
    }

    [Theory]
    [InlineData(SamplingMethod.Coreset)]
    [InlineData(SamplingMethod.Weighted)]
    [InlineData(SamplingMethod.Random)]
    public void A_smaller_count_gives_a_prefix(SamplingMethod method)
    {
        var rows = Rows(count: 500, dimension: 8, seed: 4);
        SamplerOptions Options(int count) => new() { Method = method, Count = count, Seed = 5, Scores = Scores(500) };

        var many = Sampler.Select(rows, Options(100));
        var few = Sampler.Select(rows, Options(17));

        few.Indices.ShouldBe(many.Indices.Take(17));
        few.Distances.ShouldBe(many.Distances.Take(17));
    }

    [Theory]
    [InlineData(SamplingMethod.Coreset)]
    [InlineData(SamplingMethod.Weighted)]
    public void The_number_of_threads_changes_no_bit(SamplingMethod method)
    {
        var rows = Rows(count: 10_000, dimension: 12, seed: 1);
        SampleSelection Select(int threads) => Sampler.Select(
            rows, new SamplerOptions { Method = method, Count = 60, Threads = threads, Scores = Scores(10_000) });

        var one = Select(1);

        foreach (var threads in new[] { 2, 3, 8 })
        {
            var more = Select(threads);
            more.Indices.ShouldBe(one.Indices);
            more.Distances.ShouldBe(one.Distances);
            more.CoverageRadius.ShouldBe(one.CoverageRadius);
        }
    }

    [Fact]
    public async Task A_file_larger_than_the_allowed_memory_gives_the_same_samples()
    {
        var folder = Directory.CreateTempSubdirectory("sampling-").FullName;
        var rows = Rows(count: 5_000, dimension: 7, seed: 9);
        var path = Path.Combine(folder, "embeddings.npy");
        using var table = new EmbeddingTable([.. Enumerable.Range(0, 5_000).Select(index => $"{index}.png")], rows);
        await EmbeddingFiles.WriteAsync(path, EmbeddingFormat.Npy, table, CancellationToken.None);
        using var mapped = await EmbeddingFiles.ReadAsync(path, CancellationToken.None);

        var held = Sampler.Select(rows, new SamplerOptions { Count = 50 });
        var streamed = Sampler.Select(mapped.Rows, new SamplerOptions { Count = 50, MemoryBytesMaximum = 1000, Threads = 2 });

        streamed.Indices.ShouldBe(held.Indices);
        streamed.Distances.ShouldBe(held.Distances);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void Chosen_samples_keep_the_minimum_distance_and_all_others_are_nearer()
    {
        var rows = Rows(count: 400, dimension: 3, seed: 2);

        var selection = Sampler.Select(rows, new SamplerOptions { MinimumDistance = 0.5 });

        selection.StoppedBy.ShouldBe("minimumDistance");
        selection.Distances.Skip(1).Min().ShouldBeGreaterThanOrEqualTo(0.5);
        selection.CoverageRadius.ShouldBeLessThan(0.5);
    }

    [Fact]
    public void Distances_of_a_coreset_never_grow()
    {
        for (var seed = 1; seed <= 50; seed++)
        {
            var selection = Sampler.Select(Rows(120, 4, seed), new SamplerOptions { Count = 30, Seed = (ulong)seed });

            selection.Distances.Skip(1).ShouldBeInOrder(SortDirection.Descending, $"seed {seed}");
            selection.CoverageRadius.ShouldBeLessThanOrEqualTo(selection.Distances[^1], $"seed {seed}");
            selection.Indices.ShouldBeUnique($"seed {seed}");
        }
    }

    [Fact]
    public void A_coreset_finds_rare_classes_that_random_choice_misses()
    {
        const int Classes = 20;
        var random = new Random(8);
        var labels = Enumerable.Range(0, 1000).Select(_ => 0).Concat(Enumerable.Range(1, Classes - 1).SelectMany(label => Enumerable.Repeat(label, 5))).ToArray();
        var rows = new ArrayRows([.. labels.SelectMany(label => Enumerable.Range(0, Classes)
            .Select(column => (column == label ? 1f : 0f) + (float)((random.NextDouble() - 0.5) * 0.2)))], Classes);
        for (ulong seed = 1; seed <= 10; seed++)
        {
            int ClassesOf(SamplingMethod method) => Sampler.Select(rows, new SamplerOptions { Method = method, Count = 50, Seed = seed })
                .Indices.Select(index => labels[index]).Distinct().Count();

            ClassesOf(SamplingMethod.Coreset).ShouldBe(Classes, $"seed {seed}");
            ClassesOf(SamplingMethod.Random).ShouldBeLessThan(12, $"seed {seed}");
        }
    }

    [Fact]
    public void Exact_duplicates_are_dropped_and_counted()
    {
        float[] values = [1, 0, 0, 1, 1, 0, 0, 1, -1, 0];
        var rows = new ArrayRows(values, 2);

        var selection = Sampler.Select(rows, new SamplerOptions { Count = 5 });
        var all = Sampler.Select(rows, new SamplerOptions { Count = 5, IsDroppingDuplicates = false });

        selection.Indices.Order().ShouldBe([0, 1, 4]);
        selection.DuplicateCount.ShouldBe(2);
        selection.StoppedBy.ShouldBe("candidates");
        all.Indices.Order().ShouldBe([0, 1, 2, 3, 4]);
    }

    [Fact]
    public void Preselected_samples_come_first_count_as_chosen_and_keep_their_duplicates_out()
    {
        float[] values = [1, 0, 0, 1, 1, 0, 0, -1, -1, 0];

        var selection = Sampler.Select(new ArrayRows(values, 2), new SamplerOptions { Count = 4, Preselected = [2, 3] });

        selection.Indices.Take(2).ShouldBe([2, 3]);
        selection.Indices.Count.ShouldBe(4);
        selection.Indices.ShouldNotContain(0);
    }

    [Fact]
    public void Scores_draw_samples_without_giving_up_distance()
    {
        // Four corners; beside the second one stands its twin with a higher score.
        float[] values = [1, 0, 0, 1, 0.02f, 0.9998f, -1, 0, 0, -1];

        var selection = Sampler.Select(
            new ArrayRows(values, 2), new SamplerOptions { Method = SamplingMethod.Weighted, Count = 4, Scores = [1, 0.2f, 1, 1, 1] });

        selection.Indices.Order().ShouldBe([0, 2, 3, 4]);
    }

    [Fact]
    public void Ties_are_broken_by_position()
    {
        float[] values = [1, 0, 0, 1, 0, -1, -1, 0];

        var selection = Sampler.Select(new ArrayRows(values, 2), new SamplerOptions { Count = 4, Preselected = [0] });

        selection.Indices.ShouldBe([0, 3, 1, 2]);
    }

    [Theory]
    [InlineData(0, 0.0, "1 to 10")]
    [InlineData(11, 0.0, "1 to 10")]
    [InlineData(null, 0.0, "Neither")]
    [InlineData(null, 2.5, "0 to 2")]
    public void Wishes_that_cannot_be_met_are_refused(int? count, double distance, string part)
    {
        var error = Should.Throw<SamplingException>(
            () => Sampler.Select(Rows(10, 2, 1), new SamplerOptions { Count = count, MinimumDistance = distance }));

        error.Message.ShouldContain(part);
    }

    [Fact]
    public void Scores_and_embeddings_must_be_finite()
    {
        Should.Throw<SamplingException>(() => Sampler.Select(new ArrayRows([1, float.NaN], 2), new SamplerOptions { Count = 1 }))
            .Message.ShouldContain("NaN");
        Should.Throw<SamplingException>(() => Sampler.Select(
                Rows(3, 2, 1), new SamplerOptions { Method = SamplingMethod.Weighted, Count = 1, Scores = [1, -1, 0] }))
            .Message.ShouldContain("sample 1");
    }

    private static float[] Scores(int count) => [.. Enumerable.Range(0, count).Select(index => (index * 37 % 101) / 100f)];

    private static ArrayRows Rows(int count, int dimension, int seed)
    {
        var random = new Random(seed);
        return new([.. Enumerable.Range(0, count * dimension).Select(_ => (float)(random.NextDouble() - 0.5))], dimension);
    }

    private static (List<int> Indices, double Radius) SlowCoreset(ArrayRows rows, int first, int count)
    {
        var points = Enumerable.Range(0, rows.Count).Select(index =>
        {
            var row = new float[rows.Dimension];
            rows.Read(index, row);
            var length = Math.Sqrt(row.Sum(value => (double)value * value));
            return row.Select(value => value / length).ToArray();
        }).ToArray();
        double Distance(int left, int right) => Math.Sqrt(points[left].Zip(points[right]).Sum(pair => Math.Pow(pair.First - pair.Second, 2)));
        var chosen = new List<int> { first };
        double ToChosen(int index) => chosen.Min(other => Distance(index, other));
        while (chosen.Count < count)
        {
            chosen.Add(Enumerable.Range(0, rows.Count).Except(chosen).MaxBy(ToChosen));
        }

        return (chosen, Enumerable.Range(0, rows.Count).Max(ToChosen));
    }
}
