namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>What indexing found.</summary>
/// <param name="Root">Folder that the names start at.</param>
/// <param name="Videos">The videos, in ordinal order of their names.</param>
/// <param name="LeftOut">Names of videos that cannot be used.</param>
internal sealed record VideoIndex(string Root, IReadOnlyList<VideoRecord> Videos, IReadOnlyList<string> LeftOut);
