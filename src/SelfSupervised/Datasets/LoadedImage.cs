namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>What became of an image that was to be loaded.</summary>
/// <param name="Image">The pixels; null where the bytes are no image.</param>
/// <param name="ContentHash">XXH64 of the file, or of the pixels for the frame of a video; 0 without an image.</param>
/// <param name="Error">Which file, and why it is no image; empty with an image.</param>
public sealed record LoadedImage(DecodedImage? Image, ulong ContentHash, string Error);
