using System.Text.Json;
using System.Text.Json.Serialization;

namespace LightlyCluster.Protocol.Tasks;

/// <summary>How requests, messages and results of tasks are written: camel case, on one line, numbers that are not finite as words.</summary>
public static class TaskJson
{
    /// <summary>The one set of options for both sides.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };
}
