namespace LightlyCluster.Worker.Tasks.Embedding;

/// <summary>The embeddings of one block.</summary>
/// <param name="Images">Positions of the images in the manifest; those that do not decode are missing.</param>
/// <param name="Values">Row after row.</param>
/// <param name="Digest">Digest over both.</param>
/// <param name="BadFiles">Images that do not decode.</param>
internal sealed record EmbeddingBlock(long[] Images, float[] Values, string Digest, IReadOnlyList<string> BadFiles);
