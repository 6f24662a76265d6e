namespace LightlyCluster.Protocol.Tasks;

/// <summary>A class of a data set.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Images">Number of its images.</param>
public sealed record IndexedClass(string Name, long Images);
