using LightlyCluster.FleetRuns.Tests;
using PuppeteerSharp;

namespace LightlyCluster.Client.Tests.Server;

/// <summary>The dashboard of a fleet that asks for tokens, over TLS, in a real Chromium.</summary>
public sealed class DashboardSignInTests(SecureFleet fleet) : IAsyncLifetime
{
    private const string IsAsked = "document.getElementById('sign-in').open";

    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        TestBrowser.SkipWhereMissing();
        _browser = await TestBrowser.LaunchAsync(acceptInsecureCerts: true);
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
        await page.UntilAsync(IsAsked);
        (await page.TextAsync()).ShouldNotContain(mine.Id);

        await SignInAsync(page, "lightly_no-such-token");
        await page.UntilAsync($"{IsAsked} && document.body.innerText.includes('does not know this token')");
        await SignInAsync(page, fleet.TokenOf("worker"));
        await page.UntilAsync($"{IsAsked} && document.body.innerText.includes('may not look at jobs')");
        await SignInAsync(page, fleet.TokenOf("vision-viewer"));

        await page.UntilAsync($"!{IsAsked} && document.body.innerText.includes('{mine.Id}')");
        (await page.TextAsync()).ShouldNotContain(theirs.Id);
        await page.ReloadAsync();
        await page.UntilAsync($"!{IsAsked} && document.body.innerText.includes('{mine.Id}')");
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
}
