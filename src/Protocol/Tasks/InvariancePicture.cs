namespace LightlyCluster.Protocol.Tasks;

/// <summary>How little embeddings change under a group of augmentations.</summary>
/// <param name="Group">shape, texture, color, or all.</param>
/// <param name="IsOn">Whether the job augments in this way.</param>
/// <param name="Invariance">1: not at all; 0: as much as between two different images.</param>
public sealed record InvariancePicture(string Group, bool IsOn, double Invariance);
