using System.Diagnostics;
using LightlyCluster.Observability.Names;

namespace LightlyCluster.Observability;

/// <summary>The sources of spans.</summary>
public static class LightlyActivities
{
    /// <summary>Workers.</summary>
    public static readonly ActivitySource Training = new(TelemetryMeters.Training);

    /// <summary>The coordinator.</summary>
    public static readonly ActivitySource Jobs = new(TelemetryMeters.Jobs);

    /// <summary>The <c>lightly</c> command.</summary>
    public static readonly ActivitySource Client = new(TelemetryMeters.Client);
}
