namespace LightlyCluster.Fleet.Scheduling;

/// <summary>A job that wants workers.</summary>
/// <param name="Id">Identifier.</param>
/// <param name="Priority">Higher comes first.</param>
/// <param name="Created">Milliseconds since 1970; the older comes first among equals.</param>
/// <param name="Minimum">Fewest workers; with fewer it gets none.</param>
/// <param name="Maximum">Most workers.</param>
/// <param name="NumericClass">The class that its workers must have; empty while any will do.</param>
public sealed record JobDemand(string Id, long Priority, long Created, int Minimum, int Maximum, string NumericClass);
