using LightlyCluster.Fleet.Access;
using Microsoft.AspNetCore.Mvc;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Lets a browser keep a token: a form that takes it, and a cookie that scripts cannot read and other sites cannot send.</summary>
internal static class SignIn
{
    /// <summary>Address of the form.</summary>
    public const string Path = "/signin";

    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private const int FormBytesMaximum = 1024;

    private const string Page = """
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>LightlyCluster: sign in</title>
        <style>body{font:16px system-ui;max-width:28rem;margin:15vh auto;padding:0 1rem;color-scheme:light dark}input,button{font:inherit;width:100%;
        box-sizing:border-box;padding:.5rem;margin:.25rem 0}</style>
        <h1>LightlyCluster</h1><form method="post"><label for="token">Your token (lct_...)</label>
        <input id="token" name="token" type="password" autocomplete="current-password" required autofocus><button>Sign in</button></form><p role="alert">{0}</p></html>
        """;

    /// <summary>Adds the form.</summary>
    public static void MapSignIn(this WebApplication application)
    {
        application.MapGet(Path, (HttpContext context) => Show(context, "", StatusCodes.Status200OK)).AllowAnonymous();
        application.MapPost(Path, Take).AllowAnonymous().DisableAntiforgery().WithMetadata(new RequestSizeLimitAttribute(FormBytesMaximum));
    }

    /// <summary>Sends a browser that has no valid token to the form; everything else gets 401 or 403.</summary>
    public static Task ChallengeAsync(HttpContext context)
    {
        if (HttpMethods.IsGet(context.Request.Method) && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal))
        {
            context.Response.Redirect(Path);
            return Task.CompletedTask;
        }

        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Task.CompletedTask;
    }

    private static IResult Take(HttpContext context, [FromForm] string token, TokenSource tokens)
    {
        if (tokens.Find(token.Trim()).Caller is not { } caller || !caller.Has(Role.Viewer))
        {
            return Show(context, "This token is not valid here.", StatusCodes.Status401Unauthorized);
        }

        context.Response.Cookies.Append(CallerAuthentication.Cookie, token.Trim(), new CookieOptions
        {
            HttpOnly = true,
            Secure = context.Request.IsHttps,
            SameSite = SameSiteMode.Strict,
            IsEssential = true,
        });
        return Results.Redirect("/");
    }

    private static IResult Show(HttpContext context, string message, int status)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return Results.Content(Page.Replace("{0}", message, StringComparison.Ordinal), "text/html; charset=utf-8", statusCode: status);
    }
}
