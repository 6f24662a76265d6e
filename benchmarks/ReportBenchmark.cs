using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace LightlyCluster.Benchmarks;

/// <summary>Runs the benchmarks that have a peer, one after the other, and writes their ratios as a page.</summary>
internal static class ReportBenchmark
{
    private static readonly string[] Usual = ["train", "bank", "augment", "embed", "exchange"];

    /// <summary>Runs and writes the page.</summary>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var names = Arguments.Get(arguments, "only", "") is { Length: > 0 } only ? only.Split(',') : Usual;
        var page = Path.GetFullPath(Arguments.Get(arguments, "out", "docs/benchmark-report.md"));
        var rows = Path.GetTempFileName();
        var failed = new List<string>();
        foreach (var name in names)
        {
            Console.WriteLine($"== {name}");
            if (await RunAsync([name, .. arguments], rows) != 0)
            {
                failed.Add(name);
            }
        }

        var lines = await File.ReadAllLinesAsync(rows);
        File.Delete(rows);
        await File.WriteAllTextAsync(page, Page([.. lines.Select(line => JsonSerializer.Deserialize<ReportRow>(line)!)], failed));
        Console.WriteLine($"written: {page}");
        return failed.Count == 0 ? 0 : 1;
    }

    private static async Task<int> RunAsync(string[] arguments, string rows)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ReportBenchmark).Assembly.Location);
        }

        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment[ReportRow.FileVariable] = rows;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static string Page(IReadOnlyList<ReportRow> rows, IReadOnlyList<string> failed)
    {
        var page = new StringBuilder("# Report of the benchmarks\n\n");
        page.Append("Written by `dotnet run -c Release --project benchmarks -- report`; ours and the peer measured in turn in the same run. ")
            .Append("A figure is a median, in brackets the smallest and the largest; a ratio above 1 says that ours is better.\n\n");
        page.Append(CultureInfo.InvariantCulture, $"{DateTime.UtcNow:yyyy-MM-dd}, {Processor()}, {Environment.ProcessorCount} cores, ");
        page.Append(CultureInfo.InvariantCulture, $"{RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, ");
        page.Append(CultureInfo.InvariantCulture, $"load at the end {File.ReadAllText("/proc/loadavg").Split(' ')[0]}.\n\n");
        page.Append("| work | ours | peer | ratio | aim |\n| --- | --- | --- | --- | --- |\n");
        foreach (var row in rows)
        {
            var peer = row.Peer.Count == 0 ? row.PeerName : $"{Figures.Spread(row.Peer)} {row.Unit}, {row.PeerName}";
            var ratio = row.Peer.Count == 0 ? "" : Figures.Spread(row.Ratios());
            page.Append(CultureInfo.InvariantCulture, $"| {row.Work} | {Figures.Spread(row.Ours)} {row.Unit} | {peer} | {ratio} | {row.Aim} |\n");
        }

        foreach (var name in failed)
        {
            page.Append(CultureInfo.InvariantCulture, $"\n`{name}` **failed**.\n");
        }

        return page.ToString();
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "?";
}
