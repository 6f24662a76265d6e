using System.Text.Json;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>One file of values that the Python library lightly computed; README.md in this folder has the schema.</summary>
public sealed class GoldenCase
{
    private GoldenCase(string name, JsonElement root)
    {
        Name = name;
        Root = root;
    }

    public string Name { get; }

    public JsonElement Root { get; }

    public string Target => Root.GetProperty("target").GetString()!;

    public JsonElement Parameters => Root.TryGetProperty("params", out var found) ? found : default;

    public JsonElement Inputs => Root.GetProperty("inputs");

    public JsonElement Expected => Root.GetProperty("expected");

    /// <summary>The folder with the cases: LIGHTLY_GOLDEN, or the copy beside the tests.</summary>
    public static string Folder =>
        Environment.GetEnvironmentVariable("LIGHTLY_GOLDEN") is { Length: > 0 } chosen
            ? chosen
            : Path.Combine(AppContext.BaseDirectory, "Golden");

    /// <summary>Names of all cases, "losses/NTXentLoss_000".</summary>
    public static IEnumerable<string> Names() =>
        Directory.EnumerateFiles(Folder, "*.json", SearchOption.AllDirectories)
            .Select(path => Path.ChangeExtension(Path.GetRelativePath(Folder, path), null).Replace('\\', '/'))
            .Where(name => name != "manifest")
            .Order(StringComparer.Ordinal);

    public static GoldenCase Load(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Folder, name + ".json")));
        return new(name, document.RootElement.Clone());
    }

    /// <summary>The same case with other content.</summary>
    public GoldenCase With(JsonElement root) => new(Name, root);

    public double Number(string parameter, double otherwise) =>
        Parameters.ValueKind == JsonValueKind.Object && Parameters.TryGetProperty(parameter, out var value)
        && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : otherwise;

    public Tensor Input(string name, ScalarType? type = null) => GoldenTensor.Read(Inputs.GetProperty(name), type);
}
