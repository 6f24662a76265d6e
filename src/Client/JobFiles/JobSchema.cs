using System.Text.Json.Nodes;
using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Client.JobFiles;

/// <summary>The JSON Schema of job files, by which editors complete and check them.</summary>
/// <remarks>Built from the keys that the reader knows, so that both agree.</remarks>
internal static class JobSchema
{
    private const string Dialect = "https://json-schema.org/draft/2020-12/schema";

    /// <summary>The schema.</summary>
    public static JsonObject Create() => new()
    {
        ["$schema"] = Dialect,
        ["title"] = "LightlyCluster training job",
        ["type"] = "object",
        ["additionalProperties"] = false,
        ["required"] = new JsonArray("apiVersion", "kind", "spec"),
        ["properties"] = new JsonObject
        {
            ["apiVersion"] = new JsonObject { ["const"] = JobFile.ApiVersion },
            ["kind"] = new JsonObject { ["const"] = JobFile.Kind },
            ["metadata"] = new JsonObject
            {
                ["type"] = "object",
                ["additionalProperties"] = false,
                ["properties"] = new JsonObject { ["name"] = new JsonObject { ["type"] = "string" } },
            },
            ["spec"] = Of(JobKeys.Root),
        },
    };

    private static JsonObject Of(JobKey key) => key.Kind switch
    {
        JobKeyKind.Section when key.OpenTable is not null => Numbers(),
        JobKeyKind.Section => Section(key),
        JobKeyKind.Text => Text(key.Path),
        JobKeyKind.Integer or JobKeyKind.LongInteger => new() { ["type"] = "integer" },
        JobKeyKind.UnsignedInteger => new() { ["type"] = "integer", ["minimum"] = 0 },
        JobKeyKind.Number => new() { ["type"] = "number" },
        JobKeyKind.Switch => new() { ["type"] = "boolean" },
        JobKeyKind.NumberList => List(key.Parts.Count),
        JobKeyKind.Regularizers => Regularizers(),
        _ => Parameter(key.Path, key.Parameter),
    };

    private static JsonObject Section(JobKey key)
    {
        var properties = new JsonObject();
        foreach (var (name, child) in key.Children)
        {
            properties[name] = Of(child);
        }

        var section = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        return key.Shorthand is null ? section : new JsonObject { ["anyOf"] = new JsonArray(Of(key.Shorthand), section) };
    }

    private static JsonObject Text(string path)
    {
        var words = WordsOf(path);

        // Names may be spelt in several ways, or be those of a plugin: they are examples, not the only words.
        var isOpen = path is "method.name" or "method.loss" or "backbone.name" or "transforms.preset";
        return words.Count == 0
            ? new() { ["type"] = "string" }
            : new() { ["type"] = "string", [isOpen ? "examples" : "enum"] = Words(words) };
    }

    private static IReadOnlyList<string> WordsOf(string path) => path switch
    {
        "data.source" => JobVocabulary.Sources,
        "data.onError" => JobVocabulary.OnErrors,
        "backbone.stem" => JobVocabulary.Stems,
        "optimizer.name" => JobVocabulary.Optimizers,
        "schedule.name" => JobVocabulary.Schedules,
        "sync.transport" => JobVocabulary.Transports,
        "sync.wire" => JobVocabulary.Wires,
        "resources.device" => JobVocabulary.Devices,
        "method.name" => MethodCatalog.Names,
        "method.loss" => [.. LossCatalog.All.Select(loss => loss.Name)],
        "backbone.name" => BackboneCatalog.Names,
        "transforms.preset" => TransformCatalog.Presets,
        _ => [],
    };

    private static JsonObject Parameter(string path, string name)
    {
        var definitions = path.StartsWith("transforms.", StringComparison.Ordinal)
            ? TransformCatalog.Parameters
            : MethodCatalog.All.SelectMany(method => method.Losses.SelectMany(method.ParametersWith));
        var known = definitions.Where(definition => definition.Name == name).ToArray();
        return known[0].IsBoolean
            ? new() { ["type"] = "boolean", ["description"] = known[0].Description }
            : new()
            {
                ["type"] = known[0].IsInteger ? "integer" : "number",
                ["minimum"] = known.Min(definition => definition.Minimum),
                ["maximum"] = known.Max(definition => definition.Maximum),
                ["description"] = known[0].Description,
            };
    }

    private static JsonObject Regularizers()
    {
        var properties = new JsonObject { ["name"] = new JsonObject { ["enum"] = Words(RegularizerCatalog.Names) } };
        foreach (var parameter in RegularizerCatalog.All.SelectMany(regularizer => regularizer.Parameters))
        {
            properties[parameter.Name] = new JsonObject { ["type"] = "number", ["minimum"] = parameter.Minimum, ["maximum"] = parameter.Maximum };
        }

        var item = new JsonObject
        {
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("name"),
            ["properties"] = properties,
        };
        return new() { ["type"] = "array", ["items"] = item };
    }

    private static JsonObject Numbers() => new() { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "number" } };

    private static JsonObject List(int count) => new()
    {
        ["type"] = "array",
        ["items"] = new JsonObject { ["type"] = "number" },
        ["minItems"] = count,
        ["maxItems"] = count,
    };

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Select(word => (JsonNode?)word)];
}
