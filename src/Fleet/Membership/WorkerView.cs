namespace LightlyCluster.Fleet.Membership;

/// <summary>What the coordinator knows about one incarnation when it decides.</summary>
/// <param name="Incarnation">The incarnation.</param>
/// <param name="Id">Stable name of the worker.</param>
/// <param name="NumericClass">What must agree for equal bits.</param>
/// <param name="Job">The job it was given; empty for none.</param>
/// <param name="Status">What it says about itself.</param>
/// <param name="Step">The state it holds; -1 for none.</param>
/// <param name="ShardsPerSecond">Measured throughput; 0 while unknown.</param>
/// <param name="IsLeaving">Whether it said that it goes.</param>
/// <param name="ClosedFor">How long its stream has been closed; null while it is open.</param>
/// <param name="HasLease">Whether its lease was there when the store was last asked.</param>
public sealed record WorkerView(
    string Incarnation,
    string Id,
    string NumericClass,
    string Job,
    WorkerStatus Status,
    long Step,
    double ShardsPerSecond,
    bool IsLeaving,
    TimeSpan? ClosedFor,
    bool HasLease);
