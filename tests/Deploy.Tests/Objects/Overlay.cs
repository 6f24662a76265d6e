using System.Collections.Concurrent;
using k8s;
using k8s.Models;
using LightlyCluster.Deploy.Tests.Objects.Custom;

namespace LightlyCluster.Deploy.Tests.Objects;

/// <summary>An overlay as kustomize renders it, every object of it typed; a field that a type does not have is an error.</summary>
internal sealed class Overlay
{
    private static readonly ConcurrentDictionary<string, Lazy<Overlay>> Loaded = new(StringComparer.Ordinal);

    private Overlay(string name)
    {
        Name = name;
        var (exitCode, output, errors) = Tool.Run("kubectl", "kustomize", Tool.Deploy("k8s", "overlays", name));
        exitCode.ShouldBe(0, errors);
        errors.ShouldBeEmpty("kustomize warns");
        Yaml = output;
        Objects = [.. KubernetesYaml.LoadAllFromString(output, CustomTypes.Map, strict: true).Cast<IKubernetesObject<V1ObjectMeta>>()];
        Pods = [.. Objects.Select(PodSource.Of).OfType<PodSource>()];
    }

    public static IEnumerable<string> Names => Directory.EnumerateDirectories(Tool.Deploy("k8s", "overlays")).Select(Path.GetFileName).Order(StringComparer.Ordinal)!;

    public string Name { get; }

    public string Yaml { get; }

    public IReadOnlyList<IKubernetesObject<V1ObjectMeta>> Objects { get; }

    /// <summary>What makes pods.</summary>
    public IReadOnlyList<PodSource> Pods { get; }

    /// <summary>The overlay of a name; the test is skipped where kubectl is not installed.</summary>
    public static Overlay Load(string name)
    {
        Tool.Require("kubectl");
        return Loaded.GetOrAdd(name, _ => new(() => new(name))).Value;
    }

    public IEnumerable<T> All<T>() => Objects.OfType<T>();

    public PodSource Pod(string name) => Pods.Single(pod => pod.Name == name);

    /// <summary>The generated ConfigMap or the one of that name; the hash behind a generated name does not count.</summary>
    public V1ConfigMap ConfigMap(string name) => All<V1ConfigMap>().Single(map => map.Name() == name || map.Name().StartsWith(name + "-", StringComparison.Ordinal));
}
