using LightlyCluster.SelfSupervised.Datasets;

namespace LightlyCluster.Worker.Steps;

/// <summary>A decoded image and the hash of the file it came from; null image for a file that does not decode.</summary>
internal sealed record CachedImage(DecodedImage? Image, ulong ContentHash, string Error);
