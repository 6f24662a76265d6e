namespace LightlyCluster.HouseRules.Tests;

public sealed class SourceFileTests
{
    [Fact]
    public void No_source_file_has_more_than_400_lines() =>
        Repository.Sources("*.cs").Select(file => (File: Path.GetRelativePath(Repository.Root, file), Lines: File.ReadLines(file).Count()))
            .Where(entry => entry.Lines > 400).ShouldBeEmpty();

    [Fact]
    public void Every_script_of_the_store_has_a_header()
    {
        foreach (var script in Repository.Sources("*.lua"))
        {
            var text = File.ReadAllText(script);
            text.ShouldContain("-- KEYS:", customMessage: script);
            text.ShouldContain("ARGV:", customMessage: script);
            text.ShouldContain("Result:", customMessage: script);
            text.ShouldContain("nvariant", customMessage: script);
        }
    }
}
