using System.Diagnostics;
using LightlyCluster.Client.Tests.Commands;
using LightlyCluster.FleetRuns.Tests;
using SkiaSharp;

namespace LightlyCluster.Client.Tests.Embeddings;

/// <summary>The report of a run, looked at in a real browser without a network.</summary>
public sealed class ReportBrowserTests(TrainedRun trained) : IClassFixture<TrainedRun>
{
    [Fact]
    public async Task The_page_draws_every_image_curve_and_measure_and_asks_for_nothing_from_outside()
    {
        TestBrowser.SkipWhereMissing();
        var report = await LightlyProgram.RunAsync("report", trained.Run, "--overwrite");
        report.ExitCode.ShouldBe(0, report.Errors);
        var path = Path.Combine(trained.Run, "report.html");

        var page = await BrowseAsync("--dump-dom", path);

        page.ShouldContain("data-ready=\"yes\"");
        Count(page, "<circle ").ShouldBe(40);
        Count(page, "<polyline ").ShouldBe(3);
        Count(page, "data:image/webp;base64,").ShouldBeGreaterThanOrEqualTo(8 * 7);
        page.ShouldContain("even");
        page.ShouldContain("shape");
        page.ShouldContain("batchSize: 16");
        var source = await File.ReadAllTextAsync(path);
        source.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal).ShouldNotContain("http");
    }

    [Fact]
    public async Task It_is_dark_for_those_who_like_it_dark()
    {
        TestBrowser.SkipWhereMissing();
        var path = trained["dark.html"];
        (await LightlyProgram.RunAsync("report", trained.Run, "--out", path, "--images", "20")).ExitCode.ShouldBe(0);

        var light = await CornerAsync(path, trained["light.png"]);
        var dark = await CornerAsync(path, trained["dark.png"], "--force-dark-mode", "--blink-settings=preferredColorScheme=0");

        light.Red.ShouldBeGreaterThan((byte)200);
        dark.Red.ShouldBeLessThan((byte)60);
    }

    private async Task<SKColor> CornerAsync(string path, string picture, params string[] flags)
    {
        await BrowseAsync($"--screenshot={picture}", path, flags);
        using var bitmap = SKBitmap.Decode(picture);
        return bitmap.GetPixel(2, 2);
    }

    private async Task<string> BrowseAsync(string action, string path, params string[] flags)
    {
        var start = new ProcessStartInfo(
            TestBrowser.Program!,
            ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--proxy-server=127.0.0.1:9", $"--user-data-dir={trained["browser"]}",
             "--virtual-time-budget=5000", "--window-size=1100,900", .. flags, action, new Uri(path).AbsoluteUri])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        process.ExitCode.ShouldBe(0, await errors);
        return output;
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
