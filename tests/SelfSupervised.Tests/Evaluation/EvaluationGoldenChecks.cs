using System.Globalization;
using LightlyCluster.SelfSupervised.Evaluation;
using LightlyCluster.SelfSupervised.Tests.Golden;

namespace LightlyCluster.SelfSupervised.Tests.Evaluation;

internal static class EvaluationGoldenChecks
{
    [GoldenCheck("lightly.utils.debug.std_of_l2_normalized")]
    internal static void CheckCollapse(GoldenCase golden) =>
        GoldenCompare.Numbers(
            CollapseMeasure.StandardDeviation(golden.Input("z")),
            golden.Expected.GetProperty("value").GetDouble(),
            GoldenCompare.SingleTolerance,
            "standard deviation");

    [GoldenCheck("lightly.utils.benchmarking.knn_predict")]
    internal static void CheckNearestNeighbours(GoldenCase golden)
    {
        var labels = golden.Inputs.GetProperty("feature_labels").GetProperty("data")
            .EnumerateArray().Select(item => item.GetInt32()).ToArray();
        var ranked = NearestNeighbours.Predict(
            golden.Input("feature_bank").t(),
            labels,
            golden.Input("feature"),
            (int)golden.Number("num_classes", 0),
            (int)golden.Number("knn_k", 200),
            golden.Number("knn_t", 0.1));

        var expected = GoldenTensor.Read(golden.Expected.GetProperty("pred_labels"));
        var prefixes = golden.Expected.GetProperty("unambiguous_prefix").EnumerateArray().Select(item => item.GetInt32()).ToArray();
        for (var row = 0; row < ranked.Count; row++)
        {
            var classes = Enumerable.Range(0, prefixes[row]).Select(column => (int)expected[row, column].item<long>());
            ranked[row].Take(prefixes[row]).ShouldBe(classes, $"query {row}");
        }

        var targets = golden.Inputs.GetProperty("targets").GetProperty("data").EnumerateArray().Select(item => item.GetInt32()).ToArray();
        foreach (var property in golden.Expected.EnumerateObject().Where(entry => entry.Name.StartsWith("top", StringComparison.Ordinal)))
        {
            var count = int.Parse(property.Name["top".Length..], CultureInfo.InvariantCulture);
            if (prefixes.All(prefix => prefix >= count))
            {
                TopAccuracy.Of(ranked, targets, count).ShouldBe(property.Value.GetProperty("data")[0].GetDouble(), 1e-6, property.Name);
            }
        }
    }
}
