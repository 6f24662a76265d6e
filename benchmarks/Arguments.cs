namespace LightlyCluster.Benchmarks;

/// <summary>Flags of a benchmark: --name value.</summary>
internal static class Arguments
{
    /// <summary>The value of a flag, or its default.</summary>
    public static string Get(string[] arguments, string name, string fallback)
    {
        var index = Array.IndexOf(arguments, $"--{name}");
        return index >= 0 && index + 1 < arguments.Length ? arguments[index + 1] : fallback;
    }
}
