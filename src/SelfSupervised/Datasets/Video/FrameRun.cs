namespace LightlyCluster.SelfSupervised.Datasets.Video;

/// <summary>Frames of a video that are decoded in one go, from one starting point.</summary>
/// <param name="Start">The frame from which decoding starts: a key frame, or 0.</param>
/// <param name="Frames">The frames that are kept, ascending.</param>
internal sealed record FrameRun(int Start, IReadOnlyList<int> Frames);
