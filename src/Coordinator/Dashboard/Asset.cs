using System.Reflection;
using System.Security.Cryptography;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>A file of the dashboard, which is part of the program.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Bytes">Its content.</param>
/// <param name="ContentType">Its type.</param>
/// <param name="Tag">Changes with the content.</param>
internal sealed record Asset(string Name, byte[] Bytes, string ContentType, string Tag)
{
    private const string Folder = "dashboard/";

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, Asset> All { get; } = Assembly.GetExecutingAssembly().GetManifestResourceNames()
        .Where(name => name.StartsWith(Folder, StringComparison.Ordinal)).Select(Load).ToDictionary(asset => asset.Name, StringComparer.Ordinal);

    private static Asset Load(string resource)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        var name = resource[Folder.Length..];
        return new(name, bytes, TypeOf(name), $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"");
    }

    private static string TypeOf(string name) => Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "text/plain; charset=utf-8",
    };
}
