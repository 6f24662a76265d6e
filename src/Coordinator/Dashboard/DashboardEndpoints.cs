using LightlyCluster.Coordinator.Security;
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

    /// <summary>Adds the page and its files, which are for everybody, and what they read, which is for those who may see jobs.</summary>
    public static void MapDashboard(this WebApplication application)
    {
        var files = application.MapGroup("").AddEndpointFilter(GuardAsync);
        files.MapGet("/", (HttpContext context) => Send(context, "index.html"));
        files.MapGet("/assets/{name}", (HttpContext context, string name) => Send(context, name));
        var data = application.MapGroup("/api").AddEndpointFilter(GuardAsync).RequireAuthorization(AccessPolicies.Viewer);
        data.MapGet("/fleet", (HttpContext context, FleetReader fleet) => Results.Json(fleet.Read(context.RequireCaller()), DashboardFeed.Json));
        data.MapGet("/events", Follow);
        var job = data.MapGroup("/jobs/{id}").AddEndpointFilter(VisibleAsync);
        job.MapGet("/", async (string id, JobDetailReader details) => Found(await details.ReadAsync(id)));
        job.MapGet("/steps", async (string id, long? from, JobDetailReader details) => Found(await details.ReadSeriesAsync(id, from ?? 1)));
        job.MapGet("/traces", (string id, TraceReader traces) => Results.Json(traces.News(id, []), DashboardFeed.Json));
        application.MapPrometheusScrapingEndpoint().RequireAuthorization(AccessPolicies.Admin);
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
            feed.FollowAsync(
            FeedPosition.Read(StringValues.IsNullOrEmpty(last) ? from : last.ToString()), context.RequireCaller(), context.RequestAborted));
    }

    private static async ValueTask<object?> GuardAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var headers = call.HttpContext.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
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

    /// <summary>What a caller may not see is not there.</summary>
    private static async ValueTask<object?> VisibleAsync(EndpointFilterInvocationContext call, EndpointFilterDelegate next)
    {
        var context = call.HttpContext;
        var catalog = context.RequestServices.GetRequiredService<JobCatalog>();
        return catalog.Find(context.GetRouteValue("id")?.ToString() ?? "", context.RequireCaller()) is null ? Results.NotFound() : await next(call);
    }
}
