namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Tests that mostly wait; ./test leaves them out unless LIGHTLY_LONG_TESTS=1.</summary>
public static class LongTests
{
    public const string Reason = "Waits for long; set LIGHTLY_LONG_TESTS=1.";

    public static bool AreWanted => Environment.GetEnvironmentVariable("LIGHTLY_LONG_TESTS") == "1";
}
