using System.Text.Json;
using System.Xml.Linq;

namespace LightlyCluster.HouseRules.Tests;

public sealed class DependencyDirectionTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Fleet"] = [],
        ["SelfSupervised"] = [],
        ["Observability"] = [],
        ["Store"] = [],
        ["CustomMethod"] = ["SelfSupervised"],
        ["Fleet.Redis"] = ["Fleet"],
        ["Protocol"] = ["Fleet"],
        ["Hosting"] = ["Fleet"],
        ["Client"] = ["Fleet", "Protocol", "Observability"],
        ["Coordinator"] = ["Fleet", "Fleet.Redis", "Protocol", "Observability", "Hosting"],
        ["Worker"] = ["Fleet", "Fleet.Redis", "Protocol", "Observability", "Hosting", "SelfSupervised"],
    };

    [Fact]
    public void Projects_depend_one_way()
    {
        foreach (var project in Repository.Sources("*.csproj"))
        {
            var name = Path.GetFileNameWithoutExtension(project);
            var references = References(project, "ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference));

            references.ShouldBeSubsetOf(Allowed[name], $"{name} may only use: {string.Join(", ", Allowed[name])}");
        }
    }

    [Theory]
    [InlineData("Coordinator")]
    [InlineData("Client")]
    public void Coordinator_and_client_never_see_TorchSharp(string project)
    {
        var assets = File.ReadAllText(Path.Combine(Repository.Root, "artifacts", "obj", project, "project.assets.json"));
        using var document = JsonDocument.Parse(assets);

        var libraries = document.RootElement.GetProperty("libraries").EnumerateObject().Select(library => library.Name).ToArray();

        libraries.ShouldContain(name => name.StartsWith("Grpc.Core.Api", StringComparison.Ordinal));
        libraries.ShouldNotContain(name => name.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void The_learning_library_knows_no_cluster() =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "SelfSupervised"), "*.cs", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("using LightlyCluster.Fleet", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Fact]
    public void The_cuda_value_makes_the_worker_reference_the_cuda_library()
    {
        var cuda = Repository.Run("dotnet", "msbuild", "src/Worker", "-p:TorchDevice=cuda", "-getItem:PackageReference");
        var cpu = Repository.Run("dotnet", "msbuild", "src/Worker", "-getItem:PackageReference");

        cuda.ShouldContain("TorchSharp-cuda-linux");
        cpu.ShouldNotContain("TorchSharp-cuda-linux");
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(project).Descendants(kind).Select(element => (string?)element.Attribute("Include") ?? "");
}
