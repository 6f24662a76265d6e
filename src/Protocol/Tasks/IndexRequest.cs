namespace LightlyCluster.Protocol.Tasks;

/// <summary>Asks task <c>index</c> for what a data set holds.</summary>
/// <param name="Path">A folder, an archive, or an address of object storage; full.</param>
/// <param name="Source">folder, tar or video; empty to find out.</param>
/// <param name="Out">File for the manifest; empty: none is written.</param>
public sealed record IndexRequest(string Path, string Source, string Out);
