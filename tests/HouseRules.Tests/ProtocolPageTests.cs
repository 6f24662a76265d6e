using System.Text.RegularExpressions;

namespace LightlyCluster.HouseRules.Tests;

/// <summary>docs/protocol.md names what there is, and all of it.</summary>
public sealed class ProtocolPageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "protocol.md"));

    [Fact]
    public void Every_script_is_on_the_page_and_no_other()
    {
        var scripts = Repository.Sources("*.lua").Select(Path.GetFileName).Order(StringComparer.Ordinal);

        var named = Names("`([a-z_]+\\.lua)`");

        named.ShouldBe(scripts);
    }

    [Fact]
    public void Every_crash_point_is_on_the_page_and_no_other()
    {
        var points = Repository.Sources("*.cs").Select(File.ReadAllText)
            .Where(text => text.Contains("CrashPoint.Reach(", StringComparison.Ordinal))
            .SelectMany(text => Matches(text, "\"((?:worker|coordinator)\\.[a-z-]+)\""))
            .Distinct().Order(StringComparer.Ordinal);

        var named = Names("`((?:worker|coordinator)\\.[a-z-]+)`");

        named.ShouldBe(points);
    }

    [Fact]
    public void Every_test_on_the_page_exists()
    {
        var sources = TestSources("");

        var named = Names("`([A-Z][A-Za-z]*(?:_[A-Za-z0-9]+){3,})`");

        named.Length.ShouldBeGreaterThan(30);
        named.Where(name => !sources.Contains($" {name}(", StringComparison.Ordinal)).ShouldBeEmpty();
    }

    [Fact]
    public void Every_crash_point_is_hit_by_a_test()
    {
        var tests = TestSources("CrashPoint");

        Names("`((?:worker|coordinator)\\.[a-z-]+)`").Where(point => !tests.Contains(point, StringComparison.Ordinal)).ShouldBeEmpty();
    }

    private static string TestSources(string kind) => string.Join('\n', Directory
        .EnumerateFiles(Path.Combine(Repository.Root, "tests"), $"*{kind}Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText));

    private static string[] Names(string pattern) => [.. Matches(Page, pattern).Distinct().Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Matches(string text, string pattern) =>
        Regex.Matches(text, pattern, RegexOptions.None, TimeSpan.FromSeconds(10)).Select(match => match.Groups[1].Value);
}
