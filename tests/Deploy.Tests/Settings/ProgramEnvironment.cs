using k8s.Models;
using LightlyCluster.Deploy.Tests.Objects;
using Microsoft.Extensions.Configuration;

namespace LightlyCluster.Deploy.Tests.Settings;

/// <summary>The environment that a pod gives its program, as the program reads it.</summary>
internal sealed class ProgramEnvironment
{
    private readonly Dictionary<string, string> _variables = new(StringComparer.Ordinal);

    public ProgramEnvironment(Overlay overlay, string name)
    {
        Container = overlay.Pod(name).Spec.Containers.Single();
        foreach (var source in (Container.EnvFrom ?? []).Where(source => source.ConfigMapRef is not null))
        {
            foreach (var (key, value) in overlay.All<V1ConfigMap>().Single(map => map.Name() == source.ConfigMapRef.Name).Data)
            {
                _variables[key] = value;
            }
        }

        foreach (var variable in Container.Env ?? [])
        {
            _variables[variable.Name] = variable.ValueFrom is null ? Expand(variable.Value) : ValueOf(variable.ValueFrom, name);
        }

        Configuration = new ConfigurationBuilder().AddInMemoryCollection(_variables
            .Where(variable => variable.Key.Contains("__", StringComparison.Ordinal))
            .Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value))).Build();
    }

    public V1Container Container { get; }

    /// <summary>What the options classes are read from.</summary>
    public IConfiguration Configuration { get; }

    /// <summary>Variables that are no setting of ours.</summary>
    public IEnumerable<string> Others => _variables.Keys.Where(name => !name.Contains("__", StringComparison.Ordinal));

    public IReadOnlyDictionary<string, string> Variables => _variables;

    private static string ValueOf(V1EnvVarSource source, string pod) => source.FieldRef.FieldPath switch
    {
        "metadata.name" => $"{pod}-0",
        "metadata.namespace" => "lightly",
        var field => field,
    };

    private string Expand(string value) => _variables.Aggregate(value, (text, known) =>
        text.Replace($"$({known.Key})", known.Value, StringComparison.Ordinal));
}
