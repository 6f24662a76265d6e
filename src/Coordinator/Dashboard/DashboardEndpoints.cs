using System.Net;
using LightlyCluster.Fleet.Stores;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>The addresses of the dashboard. It only reads.</summary>
internal static class DashboardEndpoints
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    /// <summary>Adds the page, its files and what it reads.</summary>
    public static void MapDashboard(this WebApplication application)
    {
        var files = application.MapGroup("").AddEndpointFilter(GuardAsync);
        files.MapGet("/", (HttpContext context) => Send(context, "index.html"));
        files.MapGet("/assets/{name}", (HttpContext context, string name) => Send(context, name));
        var data = application.MapGroup("/api").AddEndpointFilter(GuardAsync);
        data.MapGet("/fleet", (FleetReader fleet) => Results.Json(fleet.Read(), DashboardFeed.Json));
        data.MapGet("/jobs/{id}", async (string id, JobDetailReader details) => Found(await details.ReadAsync(id)));
        data.MapGet("/jobs/{id}/steps", async (string id, long? from, JobDetailReader details) => Found(await details.ReadSeriesAsync(id, from ?? 1)));
        data.MapGet("/jobs/{id}/traces", (string id, TraceReader traces) => Results.Json(traces.News(id, []), DashboardFeed.Json));
        data.MapGet("/events", Follow);
    }

    private static IResult Found<T>(T? value)
        where T : class => value is null ? Results.NotFound() : Results.Json(value, DashboardFeed.Json);

    private static IResult Send(HttpContext context, string name)
    {
        if (!Asset.All.TryGetValue(name, out var asset))
        {
            return Results.NotFound();
        }

        context.Response.Headers.CacheControl = "no-cache";
        return Results.Bytes(asset.Bytes, asset.ContentType, entityTag: new EntityTagHeaderValue(asset.Tag));
    }

    private static IResult Follow(HttpContext context, string? from, DashboardFeed feed)
    {
        if (!feed.TryEnter())
        {
            context.Response.Headers.RetryAfter = "5";
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        var last = context.Request.Headers["Last-Event-ID"];
        return TypedResults.ServerSentEvents(
            feed.FollowAsync(FeedPosition.Read(StringValues.IsNullOrEmpty(last) ? from : last.ToString()), context.RequestAborted));
    }

    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var headers = call.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (IsForeignName(call.HttpContext))
        {
            return Results.Text("This name does not belong to the dashboard; use the address that the fleet printed.", statusCode: 421);
        }

        try
        {
            return await next(call);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            headers.RetryAfter = "1";
            return Results.Text("The META store does not answer.", statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>A page of somebody else may point a name of its own at this machine; only names of this machine are served on loopback.</summary>
    private static bool IsForeignName(HttpContext context) =>
        context.Connection.LocalIpAddress is { } local && IPAddress.IsLoopback(local)
        && context.Request.Host.Host is not "localhost"
        && !(IPAddress.TryParse(context.Request.Host.Host.Trim('[', ']'), out var named) && IPAddress.IsLoopback(named));
}
