using System.Text.Json;

namespace LightlyCluster.Client.Tests.Commands;

/// <summary>Reads a value of the one object that a command prints.</summary>
internal static class JsonValue
{
    public static string Of(string json, params string[] path)
    {
        using var document = JsonDocument.Parse(json);
        return path.Aggregate(document.RootElement, (element, name) => element.GetProperty(name)).ToString();
    }
}
