using LightlyCluster.Client.Runs;

namespace LightlyCluster.Client.Tests.Runs;

public sealed class MetricsFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-client-").FullName;

    private string File => Path.Combine(_folder, "metrics.jsonl");

    [Fact]
    public void A_line_that_a_crash_cut_short_ends_the_file()
    {
        Write(3);
        System.IO.File.AppendAllText(File, "{\"step\": 4, \"lo");

        MetricsFile.Read(File).Select(row => row.Step).ShouldBe([1, 2, 3]);
    }

    [Fact]
    public void Cutting_back_keeps_the_steps_up_to_a_checkpoint()
    {
        Write(5);

        var kept = MetricsFile.CutBack(File, 3);

        kept.Select(row => row.Step).ShouldBe([1, 2, 3]);
        MetricsFile.Read(File).Select(row => row.Step).ShouldBe([1, 2, 3]);
        Directory.GetFiles(_folder).ShouldHaveSingleItem();
    }

    [Fact]
    public void A_long_history_is_thinned_to_its_limit_with_first_and_last()
    {
        double[] values = [.. Enumerable.Range(0, 25_000).Select(index => (double)index)];

        var thinned = RunResultFactory.Thin(values);

        thinned.Count.ShouldBe(RunResultFactory.HistoryMaximum);
        (thinned[0], thinned[^1]).ShouldBe((0, 24_999));
        thinned.ShouldBeInOrder();
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void Write(int count)
    {
        using var file = new MetricsFile(File);
        for (var step = 1; step <= count; step++)
        {
            file.Add(new MetricsRow(step, 0, step * 0.5, 0.1, "", 1, 1, 0.5, new Dictionary<string, double>()));
        }
    }
}
