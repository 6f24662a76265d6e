using PuppeteerSharp;

namespace LightlyCluster.Client.Tests.Server;

/// <summary>The dashboard of a fleet that asks for tokens, over TLS, in a real Chromium.</summary>
public sealed class DashboardSignInTests(SecureFleet fleet) : IAsyncLifetime
{
    private const string IsAsked = "document.getElementById('sign-in').open";

    private static readonly string? Chromium = Environment.GetEnvironmentVariable("PATH")!.Split(':')
        .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists);

    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(Chromium is null, "chromium is not installed (apt-get install chromium)");
        _browser = await Puppeteer.LaunchAsync(new()
        {
            ExecutablePath = Chromium,
            Headless = true,
            Args = ["--no-sandbox", "--disable-gpu"],
            AcceptInsecureCerts = true,
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
    }

    [Fact]
    public async Task It_asks_for_a_token_says_why_one_is_refused_and_shows_what_its_owner_may_see()
    {
        using var submitter = fleet.ClientOf("vision-submitter");
        using var stranger = fleet.ClientOf("other");
        var mine = await submitter.CreateAsync("seen-job", fleet.Job(), TestContext.Current.CancellationToken);
        var theirs = await stranger.CreateAsync("hidden-job", fleet.Job(), TestContext.Current.CancellationToken);
        var page = await _browser!.NewPageAsync();
        await page.GoToAsync(fleet.Dashboard);
        await UntilAsync(page, IsAsked);
        (await TextAsync(page)).ShouldNotContain(mine.Id);

        await SignInAsync(page, "lightly_no-such-token");
        await UntilAsync(page, $"{IsAsked} && document.body.innerText.includes('does not know this token')");
        await SignInAsync(page, fleet.TokenOf("worker"));
        await UntilAsync(page, $"{IsAsked} && document.body.innerText.includes('may not look at jobs')");
        await SignInAsync(page, fleet.TokenOf("vision-viewer"));

        await UntilAsync(page, $"!{IsAsked} && document.body.innerText.includes('{mine.Id}')");
        (await TextAsync(page)).ShouldNotContain(theirs.Id);
        await page.ReloadAsync();
        await UntilAsync(page, $"!{IsAsked} && document.body.innerText.includes('{mine.Id}')");
        if (Environment.GetEnvironmentVariable("LIGHTLY_PICTURES") is { Length: > 0 } pictures)
        {
            await page.ScreenshotAsync(Path.Combine(pictures, "signed-in.png"));
        }
    }

    private static async Task SignInAsync(IPage page, string token)
    {
        await page.TypeAsync("#token", token);
        if (Environment.GetEnvironmentVariable("LIGHTLY_PICTURES") is { Length: > 0 } pictures)
        {
            await page.ScreenshotAsync(Path.Combine(pictures, $"sign-in-{token.Length}.png"));
        }

        await page.Keyboard.PressAsync("Enter");
    }

    private static Task<string> TextAsync(IPage page) => page.EvaluateExpressionAsync<string>("document.body.innerText");

    private static async Task UntilAsync(IPage page, string condition)
    {
        try
        {
            await page.WaitForFunctionAsync($"() => {condition}", new WaitForFunctionOptions { Timeout = 30_000, PollingInterval = 100 });
        }
        catch (WaitTaskTimeoutException error)
        {
            throw new TimeoutException($"Within 30 s it did not become true: {condition}\n{await TextAsync(page)}", error);
        }
    }
}
