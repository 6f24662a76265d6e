namespace LightlyCluster.Protocol.Tasks;

/// <summary>The picture that was drawn.</summary>
/// <param name="Path">The file.</param>
/// <param name="Samples">Rows: samples.</param>
/// <param name="Columns">Headings of the columns, from left to right.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
public sealed record PreviewResponse(string Path, IReadOnlyList<string> Samples, IReadOnlyList<string> Columns, int Width, int Height);
