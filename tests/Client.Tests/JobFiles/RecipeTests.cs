using System.Reflection;
using LightlyCluster.Client.JobFiles;

namespace LightlyCluster.Client.Tests.JobFiles;

/// <summary>The job files in recipes/ load, and each says where it comes from and what it has reached.</summary>
public sealed class RecipeTests
{
    private static string Folder => Path.Combine(
        typeof(RecipeTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .First(attribute => attribute.Key == "RepositoryRoot").Value!, "recipes");

    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Folder, "*.yaml").Select(file => Path.GetFileName(file)!)];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_recipe_loads_and_has_its_header(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));
        var builder = new JobSpecificationBuilder();

        builder.Apply(JobFileReader.Parse(text, file).Assignments);
        var specification = builder.Build();

        specification.Data.Path.ShouldNotBeEmpty();
        var header = text.Split('\n').TakeWhile(line => line.StartsWith('#')).ToArray();
        header.ShouldContain(line => line.Contains("https://", StringComparison.Ordinal));
        header.ShouldContain(line => line.StartsWith($"# Run it: lightly train recipes/{file} --data ", StringComparison.Ordinal));
        header.ShouldContain(line => line.StartsWith("# Reached here: ", StringComparison.Ordinal));
    }
}
