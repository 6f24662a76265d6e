namespace LightlyCluster.Fleet.Membership;

/// <summary>A job is no longer of interest: it has ended and everything was told, or its record is gone.</summary>
/// <param name="Job">Identifier.</param>
public sealed record JobForgotten(string Job) : FleetEvent;
