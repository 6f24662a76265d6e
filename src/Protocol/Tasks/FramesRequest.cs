namespace LightlyCluster.Protocol.Tasks;

/// <summary>Asks task <c>frames</c> for chosen frames of videos as image files.</summary>
/// <param name="Videos">The folder of videos; full.</param>
/// <param name="Names">Names of frames.</param>
/// <param name="Out">Folder for the images; full.</param>
/// <param name="Format">png or jpg.</param>
/// <param name="Quality">Quality of a JPEG, 1 to 100.</param>
/// <param name="IsOverwriting">Whether files that are there are written again.</param>
public sealed record FramesRequest(string Videos, IReadOnlyList<string> Names, string Out, string Format, int Quality, bool IsOverwriting);
