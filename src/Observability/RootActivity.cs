using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace LightlyCluster.Observability;

/// <summary>Starts the root of a trace whose ids were known before it began, see <see cref="TraceIdentity"/>.</summary>
/// <remarks>
/// System.Diagnostics draws span ids itself and offers no way to give one. Its field is set here before the span starts; should a later
/// runtime have none of that name, a test fails, and the root would have another id in the same trace.
/// </remarks>
public static class RootActivity
{
    /// <summary>Starts a span without a parent that has the ids of <paramref name="identity"/>.</summary>
    /// <returns>Null when nobody listens.</returns>
    public static Activity? Start(
        ActivitySource source, string name, ActivityContext identity, DateTimeOffset start, IEnumerable<ActivityLink>? links = null)
    {
        if (!source.HasListeners())
        {
            return null;
        }

        // A parent of the wanted trace decides the trace id; taking it away again leaves a root.
        var activity = source.CreateActivity(name, ActivityKind.Internal, identity, tags: null, links);
        if (activity is null)
        {
            return null;
        }

        SpanId(activity) = identity.SpanId.ToHexString();
        activity.SetStartTime(start.UtcDateTime);
        activity.Start();
        ParentSpanId(activity) = default(ActivitySpanId).ToHexString();
        return activity;
    }

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_spanId")]
    private static extern ref string? SpanId(Activity activity);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_parentSpanId")]
    private static extern ref string? ParentSpanId(Activity activity);
}
