using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.Runs;

/// <summary>One run of a job on a local fleet.</summary>
internal sealed record RunPlan
{
    /// <summary>Name for people.</summary>
    public required string Name { get; init; }

    /// <summary>What to train; its output folder is <see cref="Folder"/>.</summary>
    public required JobSpecification Specification { get; init; }

    /// <summary>Where the files go.</summary>
    public required OutputFolder Folder { get; init; }

    /// <summary>Worker processes.</summary>
    public required int Workers { get; init; }

    /// <summary>host:port of a Redis server; empty: an embedded store.</summary>
    public string Redis { get; init; } = "";

    /// <summary>Steps that were committed before; the run goes on there.</summary>
    public long FirstStep { get; init; }

    /// <summary>When the command began, as a timestamp of the clock.</summary>
    public required long Began { get; init; }

    /// <summary>Whether the folder holds an earlier part of this run.</summary>
    public bool IsResume { get; init; }
}
