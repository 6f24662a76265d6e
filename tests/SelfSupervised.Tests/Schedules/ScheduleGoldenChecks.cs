using System.Text.Json;
using LightlyCluster.SelfSupervised.Schedules;
using LightlyCluster.SelfSupervised.Tests.Golden;

namespace LightlyCluster.SelfSupervised.Tests.Schedules;

internal static class ScheduleGoldenChecks
{
    private const double Tolerance = 1e-12;

    [GoldenCheck("lightly.utils.scheduler.cosine_schedule")]
    internal static void CheckCosine(GoldenCase golden) => CheckRows(golden, row => CosineSchedule.At(
        (long)row["step"]!.Value, (long)row["max_steps"]!.Value, row["start_value"]!.Value, row["end_value"]!.Value, (long?)row["period"]));

    [GoldenCheck("lightly.utils.scheduler.cosine_warmup_schedule")]
    internal static void CheckCosineWarmup(GoldenCase golden) => CheckRows(golden, row => CosineWarmupSchedule.At(
        (long)row["step"]!.Value,
        (long)row["max_steps"]!.Value,
        row["start_value"]!.Value,
        row["end_value"]!.Value,
        (long)row["warmup_steps"]!.Value,
        row["warmup_start_value"]!.Value,
        row["warmup_end_value"],
        (long?)row["period"]));

    [GoldenCheck("lightly.utils.scheduler.linear_warmup_schedule")]
    internal static void CheckLinearWarmup(GoldenCase golden) => CheckRows(golden, row => LinearWarmupSchedule.At(
        (long)row["step"]!.Value, (long)row["warmup_steps"]!.Value, row["start_value"]!.Value, row["end_value"]!.Value));

    [GoldenCheck("lightly.utils.scheduler.CosineWarmupScheduler")]
    internal static void CheckScheduler(GoldenCase golden)
    {
        var scheduler = new CosineWarmupScheduler(
            (long)golden.Number("warmup_epochs", 0),
            (long)golden.Number("max_epochs", 0),
            golden.Number("start_value", 1),
            golden.Number("end_value", 0.001),
            golden.Parameters.TryGetProperty("period", out var period) ? period.GetInt64() : null,
            golden.Number("warmup_start_value", 0));
        var rate = golden.Number("lr", 0);
        var expected = golden.Expected.GetProperty("lr").EnumerateArray().Select(item => item.GetDouble()).ToArray();

        for (var epoch = 0; epoch < expected.Length; epoch++)
        {
            (rate * scheduler.ScaleAt(epoch)).ShouldBe(expected[epoch], Tolerance);
        }
    }

    private static void CheckRows(GoldenCase golden, Func<IReadOnlyDictionary<string, double?>, double> compute)
    {
        var columns = golden.Root.GetProperty("columns").EnumerateArray().Select(column => column.GetString()!).ToArray();
        foreach (var row in golden.Root.GetProperty("rows").EnumerateArray())
        {
            var cells = columns.Zip(row.EnumerateArray()).ToDictionary(
                cell => cell.First,
                cell => cell.Second.ValueKind == JsonValueKind.Null ? (double?)null : cell.Second.GetDouble(),
                StringComparer.Ordinal);

            compute(cells).ShouldBe(cells["value"]!.Value, Tolerance, row.GetRawText());
        }
    }
}
