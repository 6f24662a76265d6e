using System.Net;
using LightlyCluster.Protocol.V1;
using PuppeteerSharp;

namespace LightlyCluster.FleetRuns.Tests.Telemetry;

/// <summary>The dashboard of a real fleet in a real Chromium.</summary>
public sealed class DashboardTests : IAsyncLifetime
{
    private const string StepText = "Number(document.querySelector('.tile dd').firstChild.data.replaceAll(',', '').replace('–', '0'))";

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private readonly List<string> _complaints = [];
    private IBrowser? _browser;
    private TestFleet? _fleet;

    private TestFleet Fleet => _fleet!;

    public async ValueTask InitializeAsync()
    {
        TestBrowser.SkipWhereMissing();
        _fleet = await TestFleet.StartAsync(_folder, variables: new Dictionary<string, string> { ["LIGHTLY_TRACE_EVERY"] = "5" });
        _browser = await TestBrowser.LaunchAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task It_shows_jobs_as_they_run_comes_back_after_a_restart_and_obeys_the_keyboard()
    {
        var page = await OpenAsync("/");
        await SeesAsync(page, "No jobs yet");
        await SeesAsync(page, "lightly submit job.yaml");
        Fleet.AddWorkers(2);
        var images = TestImages.Make(_folder);
        var spec = EqualBitsTests.JobOf(images, "moco", 2, 4000);
        var request = new CreateTrainingJobRequest { RequestId = "first", DisplayName = "<script>document.title='broken'</script>", Spec = spec };
        var job = await Fleet.Jobs.CreateTrainingJobAsync(request);

        await SeesAsync(page, "<script>document.title='broken'</script>");
        await SeesAsync(page, "Running");
        await ShowsLiveStepsAsync(page, job.Id);
        await ComesBackAsync(page, job.Id);
        await ObeysKeysAsync(page, job.Id);
        await FitsAsync(page, job.Id);

        (await page.GetTitleAsync()).ShouldNotContain("broken");
        _complaints.ShouldBeEmpty();
    }

    [Fact]
    public async Task It_serves_only_itself_and_only_under_its_own_name()
    {
        using var client = new HttpClient { BaseAddress = new(Fleet.Dashboard) };
        using var page = await client.GetAsync(Relative("/"));
        using var foreign = new HttpRequestMessage(HttpMethod.Get, "/api/fleet") { Headers = { Host = "rebound.example" } };

        using var refused = await client.SendAsync(foreign);

        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldContain("default-src 'none'; script-src 'self'");
        policy.ShouldNotContain("unsafe");
        (await page.Content.ReadAsStringAsync()).ShouldNotContain("http://");
        refused.StatusCode.ShouldBeOneOf(HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden);
        (await client.GetAsync(Relative("/assets/..%2f..%2fappsettings.json"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.GetAsync(Relative("/api/jobs/none"))).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await client.PostAsync(Relative("/api/fleet"), null)).IsSuccessStatusCode.ShouldBeFalse();
    }

    private static Uri Relative(string path) => new(path, UriKind.Relative);

    private static async Task ShowsLiveStepsAsync(IPage page, string job)
    {
        await page.ClickAsync("tbody td:nth-child(3)");
        await page.UntilAsync($"location.hash === '#/jobs/{job}'");
        await page.UntilAsync("document.querySelectorAll('.chart canvas').length === 4");
        var step = await StepAsync(page);
        await page.UntilAsync($"({StepText}) > {step + 3}");
        await SeesAsync(page, "wait for data");
        await SeesAsync(page, "worker-1");
        await SeesAsync(page, "of 256 keys");
        await page.UntilAsync("document.querySelectorAll('section[aria-label=\"Traced steps\"] rect').length > 12");
    }

    private static async Task<long> StepAsync(IPage page)
    {
        await page.UntilAsync($"{StepText} > 0");
        return await page.EvaluateExpressionAsync<long>(StepText);
    }

    private static Task SeesAsync(IPage page, string text) => page.UntilAsync($"document.body.innerText.includes({System.Text.Json.JsonSerializer.Serialize(text)})");

    private async Task ComesBackAsync(IPage page, string job)
    {
        var before = await StepAsync(page);
        await Fleet.RestartCoordinatorAsync(TimeSpan.FromSeconds(2));
        await page.UntilAsync("document.getElementById('link').dataset.state === 'live'");
        await page.UntilAsync($"({StepText}) > {before + 5}");
        var series = await page.EvaluateExpressionAsync<string>($"fetch('/api/jobs/{job}/steps').then(answer => answer.json()).then(series => series.step.join())");
        var steps = series.Split(',').Select(long.Parse).ToArray();
        steps.ShouldBe(steps.Distinct().Order());
        steps[0].ShouldBe(1);
    }

    private static async Task ObeysKeysAsync(IPage page, string job)
    {
        await page.Keyboard.PressAsync("Escape");
        await page.UntilAsync("location.hash === '#/' && document.querySelector('tbody tr')");
        await page.Keyboard.PressAsync("j");
        await page.UntilAsync("document.querySelector('tr[aria-selected=true]') && document.activeElement.matches('a.name')");
        await page.Keyboard.PressAsync("Enter");
        await page.UntilAsync($"location.hash === '#/jobs/{job}'");
        await page.Keyboard.PressAsync("t");
        await page.UntilAsync("document.documentElement.dataset.theme === 'dark'");
        await page.Keyboard.PressAsync("t");
        await page.Keyboard.PressAsync("g");
        await page.Keyboard.PressAsync("w");
        await SeesAsync(page, "2 connected");
        await page.Keyboard.PressAsync("?");
        await page.UntilAsync("document.getElementById('help').open");
        await page.Keyboard.PressAsync("Escape");
        await page.UntilAsync("!document.getElementById('help').open");
    }

    /// <summary>On a small screen nothing sticks out, in light and in dark; pictures are left where LIGHTLY_PICTURES names a folder.</summary>
    private static async Task FitsAsync(IPage page, string job)
    {
        var pictures = Environment.GetEnvironmentVariable("LIGHTLY_PICTURES");
        foreach (var (width, height) in new[] { (1280, 900), (360, 740) })
        {
            await page.SetViewportAsync(new() { Width = width, Height = height });
            foreach (var theme in new[] { "light", "dark" })
            {
                await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = theme }]);
                foreach (var (name, hash) in new[] { ("job", $"#/jobs/{job}"), ("workers", "#/workers"), ("jobs", "#/") })
                {
                    await page.EvaluateExpressionAsync($"location.hash = '{hash}'");
                    await page.UntilAsync($"document.documentElement.dataset.theme === '{theme}' && document.getElementById('main').innerText.length > 40");
                    await Task.Delay(600);
                    (await page.EvaluateExpressionAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width, $"{name}, {theme}, {width}");
                    if (pictures is { Length: > 0 })
                    {
                        await page.ScreenshotAsync(Path.Combine(pictures, $"{name}-{theme}-{width}.png"), new() { FullPage = true });
                    }
                }
            }
        }
    }

    private async Task<IPage> OpenAsync(string path)
    {
        var page = await _browser!.NewPageAsync();
        await page.SetViewportAsync(new() { Width = 1280, Height = 900 });
        await page.EmulateMediaFeaturesAsync([new MediaFeatureValue { MediaFeature = MediaFeature.PrefersColorScheme, Value = "light" }]);
        page.PageError += (_, error) => _complaints.Add(error.Message);
        page.Console += (_, said) =>
        {
            // While the coordinator is away, the browser itself writes that it cannot be reached.
            if (said.Message.Type == ConsoleType.Error && !said.Message.Text.Contains("ERR_", StringComparison.Ordinal))
            {
                _complaints.Add(said.Message.Text);
            }
        };
        await page.GoToAsync(Fleet.Dashboard + path);
        return page;
    }
}
