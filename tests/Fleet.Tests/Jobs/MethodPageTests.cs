using System.Globalization;
using System.Reflection;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Tests.Jobs;

/// <summary>
/// The tables of defaults in docs/methods are those of the catalog. Where they differ, the message has the right table;
/// LIGHTLY_UPDATE_DOCS=1 writes it into the page.
/// </summary>
public sealed class MethodPageTests
{
    private const string Start = "<!-- catalog: ";
    private const string End = "<!-- end of catalog -->";

    private static readonly string[] Sections =
        ["About", "Use", "Defaults", "Cost and traffic", "When not to use it", "Differences from the paper and from lightly", "Reference"];

    private static string Folder => Path.Combine(
        typeof(MethodPageTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == "RepositoryRoot").Value!, "docs", "methods");

    public static TheoryData<string> Pages =>
        [.. Directory.EnumerateFiles(Folder, "*.md").Select(page => Path.GetFileNameWithoutExtension(page)!).Where(name => name != "README")];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_has_the_catalog_s_defaults(string name)
    {
        var path = Path.Combine(Folder, name + ".md");
        var text = File.ReadAllText(path);
        var start = text.IndexOf(Start, StringComparison.Ordinal);
        start.ShouldBeGreaterThan(0, $"{path} has no line '{Start}METHOD [LOSS] -->'");
        var lineEnd = text.IndexOf('\n', start) + 1;
        var end = text.IndexOf(End, StringComparison.Ordinal);
        var words = text[(start + Start.Length)..lineEnd].Replace("-->", "", StringComparison.Ordinal).Trim().Split(' ');
        var expected = Table(words[0], words.ElementAtOrDefault(1));
        if (Environment.GetEnvironmentVariable("LIGHTLY_UPDATE_DOCS") == "1")
        {
            File.WriteAllText(path, text[..lineEnd] + expected + text[end..]);
            return;
        }

        text[lineEnd..end].ShouldBe(expected, $"{path}; LIGHTLY_UPDATE_DOCS=1 writes the right table");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_has_all_sections(string name) =>
        File.ReadLines(Path.Combine(Folder, name + ".md")).Where(line => line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line[3..]).ShouldBe(Sections);

    [Fact]
    public void The_methods_of_the_issue_have_a_page()
    {
        string[] needed =
        [
            "barlow-twins", "byol", "dcl", "dino", "fast-siam", "mmcr", "moco", "nnclr", "simclr", "simsiam", "swav", "tico", "vicreg",
        ];

        Pages.Select(row => row.Data).ShouldBe(needed, ignoreOrder: true);
    }

    private static string Table(string method, string? loss)
    {
        var definition = MethodCatalog.Find(method);
        definition.ShouldNotBeNull(method);
        var lines = new List<string> { "", "| parameter | default | allowed | meaning |", "| --- | --- | --- | --- |" };
        lines.AddRange(definition.ParametersWith(loss ?? definition.Losses[0]).Select(parameter =>
            $"| `{parameter.Name}` | {Value(parameter)} | {parameter.Allowed} | {parameter.Description} |"));
        var others = definition.Losses.Where(name => name != (loss ?? definition.Losses[0])).Select(name => $"`{name}`");
        lines.Add("");
        lines.Add($"Transforms: preset `{definition.Preset}`. Loss: `{loss ?? definition.Losses[0]}`"
            + (definition.Losses.Count > 1 ? $"; others that fit: {string.Join(", ", others)}" : "")
            + (definition.Regularizers.Count > 0 ? $". Regularizers: {string.Join(", ", definition.Regularizers.Select(name => $"`{name}`"))}" : "")
            + ".");
        lines.Add("");
        return string.Join('\n', lines) + "\n";
    }

    private static string Value(ParameterDefinition parameter) => parameter.IsBoolean
        ? parameter.Default == 1 ? "true" : "false"
        : parameter.Default.ToString("R", CultureInfo.InvariantCulture);
}
