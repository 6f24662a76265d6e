using System.Diagnostics;
using LightlyCluster.Observability;
using LightlyCluster.Observability.Names;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Telemetry;

/// <summary>A span for each epoch of one job whose steps were all seen here.</summary>
internal sealed class EpochSpans(string job, TimeProvider clock)
{
    private DateTimeOffset _began;
    private double _loss;
    private long _steps;

    /// <summary>Takes a committed step; at the end of an epoch its span is sent.</summary>
    public void Take(StepMetrics row, long stepsPerEpoch, IEnumerable<ActivityLink> links)
    {
        if (stepsPerEpoch <= 0)
        {
            return;
        }

        if (_steps == 0)
        {
            _began = clock.GetUtcNow() - TimeSpan.FromSeconds(row.Seconds);
        }

        (_loss, _steps) = (_loss + row.Loss, _steps + 1);
        if (row.Step % stepsPerEpoch != 0)
        {
            return;
        }

        if (_steps == stepsPerEpoch)
        {
            using var activity = RootActivity.Start(
                LightlyActivities.Jobs, TelemetrySpans.Epoch.Name, TraceIdentity.OfEpoch(job, row.Epoch), _began, links);
            activity?.SetTag(TelemetryAttributes.JobId, job).SetTag(TelemetryAttributes.Epoch, row.Epoch)
                .SetTag(TelemetryAttributes.Loss, _loss / _steps);
        }

        (_loss, _steps) = (0, 0);
    }
}
