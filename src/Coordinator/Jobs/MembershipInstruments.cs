using System.Diagnostics.Metrics;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Metrics of membership: generations, losses, and how long recovery takes.</summary>
internal sealed class MembershipInstruments
{
    private readonly Counter<long> _generations;
    private readonly Counter<long> _lost;
    private readonly Histogram<double> _detection;
    private readonly Histogram<double> _recovery;

    /// <summary>Creates the instruments.</summary>
    public MembershipInstruments(IMeterFactory meters)
    {
        var meter = meters.Create("LightlyCluster.Membership");
        _generations = meter.CreateCounter<long>("lightlycluster.membership.generations", "{generation}", "Generations begun, by reason.");
        _lost = meter.CreateCounter<long>("lightlycluster.membership.lost", "{worker}", "Members lost, by cause.");
        _detection = meter.CreateHistogram<double>("lightlycluster.membership.detection", "s", "Last sign of life to the new generation, by cause.");
        _recovery = meter.CreateHistogram<double>("lightlycluster.membership.recovery", "s", "New generation to the next commit, by cause.");
    }

    /// <summary>A generation began.</summary>
    public void GenerationBegan(string reason) => _generations.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>A member was lost.</summary>
    public void MemberLost(string cause, double detectionSeconds)
    {
        var tag = new KeyValuePair<string, object?>("cause", cause);
        _lost.Add(1, tag);
        _detection.Record(detectionSeconds, tag);
    }

    /// <summary>The step after a loss was committed.</summary>
    public void Recovered(string cause, double seconds) => _recovery.Record(seconds, new KeyValuePair<string, object?>("cause", cause));
}
