using LightlyCluster.SelfSupervised.Evaluation;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Evaluation;

public sealed class EvaluationTests
{
    [Fact]
    public void Every_fifth_image_of_a_class_in_ordinal_order_is_a_query()
    {
        var names = Enumerable.Range(0, 23).Select(number => $"{number % 2}/{22 - number:00}.jpg").ToList();
        var labels = names.Select(name => name[0] - '0').ToList();

        var split = HeldOutSplit.Create(names, labels);

        split.QueryIndices.Count.ShouldBe(4);
        names.Where((_, index) => labels[index] == 0).Order(StringComparer.Ordinal).ElementAt(4)
            .ShouldBeOneOf([.. split.QueryIndices.Select(index => names[index])]);
        split.BankIndices.Concat(split.QueryIndices).Order().ShouldBe(Enumerable.Range(0, 23));
        split.NeighbourCount.ShouldBe(1);
        HeldOutSplit.NeighbourCountFor(50).ShouldBe(5);
        HeldOutSplit.NeighbourCountFor(40000).ShouldBe(200);
    }

    [Fact]
    public void Neighbours_of_separate_classes_are_found_and_equal_similarities_go_by_index()
    {
        using var scope = NewDisposeScope();
        var bank = tensor(new[,] { { 1f, 0f }, { 1f, 0f }, { 1f, 0f }, { 0f, 1f } });

        NearestNeighbours.Accuracy(bank, [1, 0, 0, 2], tensor(new[,] { { 3f, 0f }, { 0f, 2f } }), [1, 2], 1, 0.1).ShouldBe(1);
        NearestNeighbours.Accuracy(bank, [1, 0, 0, 2], tensor(new[,] { { 3f, 0f } }), [0], 3, 0.1).ShouldBe(1);
        NearestNeighbours.Predict(bank, [1, 0, 0, 2], ones(1, 2), 4, 100, 0.1)[0].ShouldBe([0, 1, 2, 3]);
    }

    [Fact]
    public void Blocks_of_queries_give_what_a_slow_search_gives()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(1);
        var bank = randn([90, 6], generator: generator);
        var queries = randn([300, 6], generator: generator);
        var labels = Enumerable.Range(0, 90).Select(index => index % 4).ToList();

        var ranked = NearestNeighbours.Predict(bank, labels, queries, 4, 7, 0.2);

        for (var row = 0; row < 300; row += 37)
        {
            var similarities = nn.functional.cosine_similarity(queries[row].unsqueeze(0), bank, 1).data<float>().ToArray();
            var votes = new double[4];
            foreach (var index in Enumerable.Range(0, 90).OrderByDescending(index => similarities[index]).Take(7))
            {
                votes[labels[index]] += Math.Exp(similarities[index] / 0.2);
            }

            ranked[row][0].ShouldBe(Array.IndexOf(votes, votes.Max()));
        }
    }

    [Fact]
    public void Collapse_is_zero_for_equal_and_about_one_for_spread_embeddings()
    {
        using var scope = NewDisposeScope();

        CollapseMeasure.Scaled(ones(8, 16)).ShouldBe(0, 1e-6);
        CollapseMeasure.Scaled(randn([500, 16], generator: new Generator(1))).ShouldBe(1, 0.05);
        Should.Throw<ArgumentException>(() => CollapseMeasure.Scaled(ones(1, 16)));
        Should.Throw<ArgumentException>(() => CollapseMeasure.Scaled(ones(16)));
    }

    [Fact]
    public void Principal_components_find_the_widest_direction_with_a_fixed_sign()
    {
        using var scope = NewDisposeScope();
        var generator = new Generator(1);
        var embeddings = randn([200, 3], generator: generator) * tensor(new[] { 0.1f, 5f, 1f }) + 3;

        var projected = PrincipalComponents.Project(embeddings);

        projected.shape.ShouldBe([200, 2]);
        projected.mean([0L]).abs().max().item<double>().ShouldBeLessThan(1e-9);
        projected.std(0)[0].item<double>().ShouldBe(5, 0.6);
        (projected.select(1, 0) - (embeddings.select(1, 1) - embeddings.select(1, 1).mean())).abs().max().item<double>()
            .ShouldBeLessThan(0.5);
        Should.Throw<ArgumentOutOfRangeException>(() => PrincipalComponents.Project(embeddings, 4));
    }
}
