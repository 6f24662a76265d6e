using System.Text.Json;
using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Tests.Golden;
using TorchSharp;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Losses;

internal static class MultiViewLossGoldenChecks
{
    private static readonly (ScalarType Type, string Suffix)[] Precisions = [(ScalarType.Float32, ""), (ScalarType.Float64, "_f64")];

    [GoldenCheck("lightly.loss.swav_loss.sinkhorn")]
    internal static void CheckSinkhorn(GoldenCase golden)
    {
        foreach (var (type, suffix) in Precisions)
        {
            var shares = Sinkhorn.Assign(golden.Input("out", type), (int)golden.Number("iterations", 3), golden.Number("epsilon", 0.05));
            GoldenCompare.Tensors(shares, golden.Expected.GetProperty("q" + suffix), GoldenCompare.ToleranceOf(type), "shares");
        }
    }

    [GoldenCheck("lightly.loss.SwaVLoss")]
    internal static void CheckSwaVLoss(GoldenCase golden)
    {
        if (golden.Parameters.TryGetProperty("world_size", out _))
        {
            CheckSwaVOfRanks(golden);
            return;
        }

        using var loss = GoldenConstructor.Create<SwaVLoss>(golden.Parameters);
        foreach (var (type, suffix) in Precisions)
        {
            var high = Views(golden.Inputs.GetProperty("high"), type, isTrained: true);
            var low = Views(golden.Inputs.GetProperty("low"), type, isTrained: true);
            var queue = golden.Inputs.TryGetProperty("queue", out var found) && found.ValueKind == JsonValueKind.Array
                ? Views(found, type, isTrained: false)
                : null;
            var value = loss.forward(high, low, queue);
            value.backward();

            var tolerance = GoldenCompare.ToleranceOf(type);
            GoldenCompare.Numbers(
                value.to(float64).item<double>(), golden.Expected.GetProperty("loss" + suffix).GetDouble(), tolerance, "loss");
            var gradients = golden.Expected.GetProperty("grad" + suffix);
            CompareGradients(high, gradients.GetProperty("high"), tolerance);
            CompareGradients(low, gradients.GetProperty("low"), tolerance);
        }
    }

    [GoldenCheck("lightly.loss.DINOLoss")]
    internal static void CheckDinoLoss(GoldenCase golden)
    {
        if (golden.Parameters.TryGetProperty("world_size", out _))
        {
            CheckDinoOfRanks(golden);
            return;
        }

        foreach (var (type, suffix) in Precisions)
        {
            using var loss = GoldenConstructor.Create<DINOLoss>(golden.Parameters);
            loss.to(type);
            var steps = golden.Root.GetProperty("steps").EnumerateArray().ToArray();

            // A folder whose centres were recorded by reference repeats the last one at every step; then only that one is compared.
            var isRepeated = steps.Length > 1 && steps.Select(step => step.GetProperty("center_after").GetRawText()).Distinct().Count() == 1;
            foreach (var step in steps)
            {
                var student = Views(step.GetProperty("student_out"), type, isTrained: true);
                var temperature = step.GetProperty("teacher_temp");
                var epoch = step.GetProperty("epoch");
                var value = loss.forward(
                    Views(step.GetProperty("teacher_out"), type, isTrained: false),
                    student,
                    temperature.ValueKind == JsonValueKind.Null ? null : temperature.GetDouble(),
                    epoch.ValueKind == JsonValueKind.Null ? null : epoch.GetInt32());
                value.backward();

                var tolerance = GoldenCompare.ToleranceOf(type);
                GoldenCompare.Numbers(value.to(float64).item<double>(), step.GetProperty("loss" + suffix).GetDouble(), tolerance, "loss");
                var isExact = step.TryGetProperty("grad_student" + suffix, out var gradients);
                CompareGradients(
                    student, isExact ? gradients : step.GetProperty("grad_student"), isExact ? tolerance : GoldenCompare.SingleTolerance);
                if (!isRepeated)
                {
                    GoldenCompare.Tensors(loss.Center, step.GetProperty("center_after"), GoldenCompare.SingleTolerance, "centre");
                }
            }

            GoldenCompare.Tensors(loss.Center, steps[^1].GetProperty("center_after"), GoldenCompare.SingleTolerance, "last centre");
        }
    }

    [GoldenCheck("lightly.loss.TiCoLoss")]
    internal static void CheckTiCoLoss(GoldenCase golden)
    {
        foreach (var (type, suffix) in Precisions)
        {
            using var loss = GoldenConstructor.Create<TiCoLoss>(golden.Parameters);
            foreach (var step in golden.Root.GetProperty("steps").EnumerateArray())
            {
                var inputs = new[] { "z_a", "z_b" }.ToDictionary(
                    name => name, name => GoldenTensor.Read(step.GetProperty(name), type).requires_grad_(), StringComparer.Ordinal);
                var value = loss.forward(inputs["z_a"], inputs["z_b"], step.GetProperty("update_covariance_matrix").GetBoolean());

                LossGoldenChecks.CompareLoss(step, value, name => inputs[name], type, suffix);
                GoldenCompare.Tensors(loss.Covariance, step.GetProperty("C_after"), GoldenCompare.SingleTolerance, "covariance");
            }
        }
    }

    private static Tensor[] Views(JsonElement list, ScalarType type, bool isTrained) =>
        [.. list.EnumerateArray().Select(view => GoldenTensor.Read(view, type).requires_grad_(isTrained))];

    private static void CompareGradients(Tensor[] inputs, JsonElement expected, double tolerance)
    {
        expected.GetArrayLength().ShouldBe(inputs.Length);
        for (var index = 0; index < inputs.Length; index++)
        {
            GoldenCompare.Tensors(inputs[index].grad, expected[index], tolerance, $"gradient {index}");
        }
    }

    private static void CheckSwaVOfRanks(GoldenCase golden)
    {
        var high = golden.Inputs.EnumerateObject().Where(property => property.Name.StartsWith("high", StringComparison.Ordinal))
            .Select(property => DistributedGoldenChecks.Concatenate(golden, property.Name[..^"_per_rank".Length])).ToArray();
        var mean = golden.Expected.GetProperty("per_rank").EnumerateArray().Average(rank => rank.GetProperty("loss").GetDouble());

        using var loss = GoldenConstructor.Create<SwaVLoss>(golden.Parameters);
        GoldenCompare.Numbers(loss.forward(high, []).item<float>(), mean, GoldenCompare.SingleTolerance, "mean of the ranks' losses");
    }

    private static void CheckDinoOfRanks(GoldenCase golden)
    {
        var teacher = DistributedGoldenChecks.Concatenate(golden, "teacher");
        var student = DistributedGoldenChecks.Concatenate(golden, "student");
        using var loss = GoldenConstructor.Create<DINOLoss>(golden.Parameters);
        var value = loss.call([teacher], [student, student]).item<float>();

        var ranks = golden.Expected.GetProperty("per_rank").EnumerateArray().ToArray();
        GoldenCompare.Numbers(
            value, ranks.Average(rank => rank.GetProperty("loss").GetDouble()), GoldenCompare.SingleTolerance, "mean of the ranks' losses");
        foreach (var rank in ranks)
        {
            GoldenCompare.Tensors(loss.Center, rank.GetProperty("center_after"), GoldenCompare.SingleTolerance, "centre");
        }
    }
}
