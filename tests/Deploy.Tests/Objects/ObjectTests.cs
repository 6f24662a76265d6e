namespace LightlyCluster.Deploy.Tests.Objects;

public sealed class ObjectTests
{
    public static TheoryData<string> Overlays => [.. Overlay.Names];

    [Fact]
    public void There_are_overlays_for_a_laptop_for_GPUs_and_for_production() =>
        Overlay.Names.ShouldBe(["gpu", "local-cpu", "production"]);

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_object_of_an_overlay_loads_strictly_into_its_type(string name)
    {
        var overlay = Overlay.Load(name);

        overlay.Objects.Count.ShouldBe(overlay.Yaml.Split("\n---\n").Length);
        overlay.Objects.ShouldAllBe(found => found.Kind == "Namespace" || found.Metadata.NamespaceProperty == "lightly");
        overlay.Pods.Select(pod => pod.Name).ShouldBeSubsetOf(
            ["coordinator", "worker", "redis-meta", "redis-data", "otel-collector", "tempo", "upload-results"]);
    }

    /// <summary>Also where there is no kubectl: the files themselves, as far as they hold whole objects.</summary>
    [Fact]
    public void Every_file_of_objects_loads_strictly_and_is_named_by_its_kustomization()
    {
        var files = Directory.EnumerateFiles(Tool.Deploy("k8s"), "*.yaml", SearchOption.AllDirectories)
            .Where(file => File.ReadAllText(file).Contains("\nkind: ", StringComparison.Ordinal) && Path.GetFileName(file) != "kustomization.yaml").ToArray();

        files.Length.ShouldBeGreaterThan(10);
        foreach (var file in files)
        {
            k8s.KubernetesYaml.LoadAllFromString(File.ReadAllText(file), Custom.CustomTypes.Map, strict: true).ShouldNotBeEmpty(file);
            File.ReadAllText(Path.Combine(Path.GetDirectoryName(file)!, "kustomization.yaml")).ShouldContain($"  - {Path.GetFileName(file)}\n");
        }
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void An_unknown_field_is_an_error(string name)
    {
        var broken = Overlay.Load(name).Yaml.Replace("readOnlyRootFilesystem:", "readOnlyRootFileSystem:", StringComparison.Ordinal);

        Should.Throw<Exception>(() => k8s.KubernetesYaml.LoadAllFromString(broken, Custom.CustomTypes.Map, strict: true))
            .ToString().ShouldContain("readOnlyRootFileSystem");
    }

    [Theory]
    [MemberData(nameof(Overlays))]
    public void Every_object_of_an_overlay_fits_its_schema(string name)
    {
        Tool.Require("node");
        var modules = Path.Combine(Tool.Root, "artifacts", "npm", "node_modules");
        Assert.SkipUnless(Directory.Exists(Path.Combine(modules, "kubernetes-models")), "the npm package kubernetes-models is not installed; ./test installs it");
        var file = Path.Combine(Directory.CreateTempSubdirectory("lightly-deploy").FullName, "objects.yaml");
        File.WriteAllText(file, Overlay.Load(name).Yaml);

        var (exitCode, output, errors) = Tool.Run("node", Path.Combine(Tool.Root, "tests", "Deploy.Tests", "Schemas", "validate.mjs"), modules, file);

        output.ShouldContain($"{Overlay.Load(name).Objects.Count} objects, 0 wrong");
        exitCode.ShouldBe(0, output + errors);
    }
}
