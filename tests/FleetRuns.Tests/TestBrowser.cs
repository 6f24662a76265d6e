using PuppeteerSharp;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A real Chromium.</summary>
internal static class TestBrowser
{
    /// <summary>Where it is; null where it is not installed.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    /// <summary>Skips the test where there is none.</summary>
    public static void SkipWhereMissing() => Assert.SkipWhen(Program is null, "chromium is not installed (apt-get install chromium)");

    /// <summary>Starts one.</summary>
    /// <param name="acceptInsecureCerts">Whether an authority that it does not know will do.</param>
    public static Task<IBrowser> LaunchAsync(bool acceptInsecureCerts = false) => Puppeteer.LaunchAsync(new()
    {
        ExecutablePath = Program,
        Headless = true,
        Args = ["--no-sandbox", "--disable-gpu"],
        AcceptInsecureCerts = acceptInsecureCerts,
    });

    /// <summary>Waits until a condition in JavaScript is true; what throws is not true yet.</summary>
    public static async Task UntilAsync(this IPage page, string condition)
    {
        try
        {
            await page.WaitForFunctionAsync(
                $"() => {{ try {{ return {condition}; }} catch {{ return false; }} }}", new WaitForFunctionOptions { Timeout = 30_000, PollingInterval = 100 });
        }
        catch (WaitTaskTimeoutException error)
        {
            throw new TimeoutException($"Within 30 s it did not become true: {condition}\n{await page.TextAsync()}", error);
        }
    }

    /// <summary>What a reader sees of the page.</summary>
    public static Task<string> TextAsync(this IPage page) => page.EvaluateExpressionAsync<string>("document.body.innerText");
}
