using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace LightlyCluster.Client.Runs;

/// <summary>How results are written as JSON: camelCase keys, shortest exact numbers, null for what was not measured.</summary>
internal static class RunJson
{
    /// <summary>Many lines, for people and programs.</summary>
    public static JsonSerializerOptions Indented { get; } = Create(isIndented: true);

    /// <summary>One line.</summary>
    public static JsonSerializerOptions Compact { get; } = Create(isIndented: false);

    private static JsonSerializerOptions Create(bool isIndented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = isIndented,
    };
}
