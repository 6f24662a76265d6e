using System.Reflection;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Which check belongs to which target, and which targets are left out for a reason.</summary>
public static class GoldenCheckCatalog
{
    private static readonly Lazy<Dictionary<string, Action<GoldenCase>>> Checks = new(Find);

    public static Action<GoldenCase>? CheckOf(string target) => Checks.Value.GetValueOrDefault(target);

    private static Dictionary<string, Action<GoldenCase>> Find() =>
        typeof(GoldenCheckCatalog).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .SelectMany(method => method.GetCustomAttributes<GoldenCheckAttribute>().Select(mark => (mark.Target, method)))
            .ToDictionary(pair => pair.Target, pair => pair.method.CreateDelegate<Action<GoldenCase>>(), StringComparer.Ordinal);
}
