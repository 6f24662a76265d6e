namespace LightlyCluster.SelfSupervised.Tests.Documentation;

/// <summary>Every C# block of the pages is made of lines that stand, one after the other, in a compiled and tested sample.</summary>
public sealed class SnippetTests
{
    private static readonly string[] Fences = ["```csharp", "```cs"];

    public static TheoryData<string> Pages =>
    [
        .. Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "docs", "methods"), "*.md")
            .Append(Path.Combine(SourceTree.Root, "docs", "concepts.md"))
            .Append(Path.Combine(SourceTree.Root, "docs", "evaluation.md"))
            .Where(page => Blocks(page).Count > 0)
            .Select(page => Path.GetRelativePath(SourceTree.Root, page)),
    ];

    [Theory]
    [MemberData(nameof(Pages))]
    public void A_page_s_code_is_that_of_a_sample(string page)
    {
        var sources = Directory.EnumerateFiles(Path.Combine(SourceTree.Root, "samples"), "*.cs").Select(Normalize).ToArray();
        foreach (var block in Blocks(Path.Combine(SourceTree.Root, page)))
        {
            sources.Any(source => source.Contains(block, StringComparison.Ordinal))
                .ShouldBeTrue($"{page} has code that is in no file of samples/:{Environment.NewLine}{block}");
        }
    }

    [Fact]
    public void The_concepts_page_has_code_in_every_section_that_promises_some() =>
        Blocks(Path.Combine(SourceTree.Root, "docs", "concepts.md")).Count.ShouldBeGreaterThanOrEqualTo(8);

    /// <summary>Lines without indentation and without empty ones, ended by line feeds.</summary>
    private static string Normalize(string path) => Join(File.ReadLines(path));

    private static string Join(IEnumerable<string> lines) =>
        string.Concat(lines.Select(line => line.Trim()).Where(line => line.Length > 0).Select(line => line + "\n"));

    private static List<string> Blocks(string page)
    {
        var blocks = new List<string>();
        List<string>? block = null;
        foreach (var line in File.ReadLines(page))
        {
            if (block is not null && line.Trim() == "```")
            {
                blocks.Add(Join(block));
                block = null;
            }
            else if (block is not null)
            {
                block.Add(line);
            }
            else if (Fences.Contains(line.Trim()))
            {
                block = [];
            }
        }

        return blocks;
    }
}
