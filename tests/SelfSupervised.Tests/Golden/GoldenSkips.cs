namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Targets that are not compared, each with its reason; any other unknown target fails.</summary>
public static class GoldenSkips
{
    private static readonly Dictionary<string, string> Reasons = new(StringComparer.Ordinal)
    {
    };

    public static string? ReasonOf(GoldenCase golden) => Reasons.GetValueOrDefault(golden.Target) ?? TransformGoldenSkips.ReasonOf(golden.Target);
}
