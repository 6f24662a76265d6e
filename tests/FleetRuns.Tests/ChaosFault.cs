namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A fault that a chaos run made.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="Kind">What was done.</param>
/// <param name="Target">To whom.</param>
/// <param name="Step">Committed steps when it was done.</param>
/// <param name="Recovery">From the fault to the next commit.</param>
internal sealed record ChaosFault(int Number, string Kind, string Target, long Step, TimeSpan Recovery)
{
    public override string ToString() =>
        $"{Number,4} step {Step,6}  {Kind,-20} {Target,-12} next commit after {Recovery.TotalSeconds,6:F2} s";
}
