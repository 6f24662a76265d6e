using System.Reflection;

namespace LightlyCluster.SelfSupervised.Tests.Documentation;

/// <summary>The source tree that the tests were built from.</summary>
internal static class SourceTree
{
    public static string Root { get; } = Path.GetFullPath(typeof(SourceTree).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .First(attribute => attribute.Key == "RepositoryRoot").Value!);
}
