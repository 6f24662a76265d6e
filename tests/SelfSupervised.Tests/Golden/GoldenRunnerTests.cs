using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>The runner itself: a wrong value fails, an unknown target fails, and what is left out has a reason.</summary>
public sealed class GoldenRunnerTests
{
    /// <summary>One case of every kind of check whose numbers stand under "expected" or in steps, quick ones only.</summary>
    public static TheoryData<string> Cases =>
    [
        .. GoldenCase.Names()
            .Where(name => name.Split('/')[0] is "losses" or "regularizers" or "memory_bank" or "heads" or "optim" or "knn" or "distributed")
            .Where(name => GoldenSkips.ReasonOf(GoldenCase.Load(name)) is null),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_wrong_expected_value_fails(string name)
    {
        var golden = GoldenCase.Load(name);
        var check = GoldenCheckCatalog.CheckOf(golden.Target);
        var root = JsonNode.Parse(golden.Root.GetRawText())!;
        var results = Results(root);
        results.ShouldNotBeEmpty();

        foreach (var (owner, key) in results)
        {
            var before = owner[key]!.DeepClone();
            owner[key] = Shift(before.DeepClone());
            var changed = golden.With(JsonSerializer.SerializeToElement(root));
            owner[key] = before;

            using var scope = NewDisposeScope();
            Record.Exception(() => check!(changed)).ShouldNotBeNull(key);
        }
    }

    [Fact]
    public void A_target_that_nobody_checks_fails()
    {
        GoldenCheckCatalog.CheckOf("lightly.loss.NewLoss").ShouldBeNull();
        var golden = GoldenCase.Load(GoldenCase.Names().First());
        var unknown = golden.With(JsonSerializer.SerializeToElement(new { target = "lightly.loss.NewLoss" }));

        GoldenSkips.ReasonOf(unknown).ShouldBeNull();
        Should.Throw<ShouldAssertException>(() => GoldenValuesTests.Compare(unknown));
    }

    /// <summary>Where a loss or another result stands: directly under "expected", or in the last step.</summary>
    private static List<(JsonObject Owner, string Key)> Results(JsonNode root)
    {
        string[] marks = ["loss", "grad", "bank_after", "ptr_after", "train_output", "eval_output", "params_after", "nearest_neighbours",
            "pred_labels", "shuffled", "unshuffled", "weight_grad", "losses", "center_after", "C_after", "q", "q_f64",
            "first_rows", "bank_shape"];
        var owner = root["expected"] as JsonObject ?? (root["steps"] as JsonArray)?[^1] as JsonObject ?? [];
        owner = (owner["per_rank"] as JsonArray)?[^1] as JsonObject ?? owner;
        return
        [
            .. owner.Where(property => property.Value is not null && property.Key != "loss_shape" && property.Key != "loss_requires_grad"
                && marks.Any(mark => property.Key.StartsWith(mark, StringComparison.Ordinal)))
                .Where(property => property.Value is not JsonObject { Count: 0 })
                .Select(property => (owner, property.Key)),
        ];
    }

    /// <summary>Every number of a result moves by a hundredth and 0.01; whole numbers by 1; shapes stay.</summary>
    private static JsonNode Shift(JsonNode node)
    {
        switch (node)
        {
            case JsonObject map:
                foreach (var (key, value) in map.Where(property => property.Key is not "shape" and not "dtype").ToArray())
                {
                    map[key] = value is null ? null : Shift(value.DeepClone());
                }

                return map;
            case JsonArray list:
                for (var index = 0; index < list.Count; index++)
                {
                    list[index] = list[index] is { } item ? Shift(item.DeepClone()) : null;
                }

                return list;
            default:
                return node.GetValueKind() != JsonValueKind.Number ? node
                    : node.ToJsonString().All(char.IsAsciiDigit) && !node.ToJsonString().Contains('.') ? JsonValue.Create(node.GetValue<long>() + 1)
                    : JsonValue.Create((node.GetValue<double>() * 1.01) + 0.01);
        }
    }
}
