namespace LightlyCluster.Client.Runs;

/// <summary>What an embedding job gave; exactly what <c>lightly embed -o json</c> prints.</summary>
/// <param name="State">Succeeded, Paused, Failed or Cancelled.</param>
/// <param name="Reason">Why it is in that state; empty when all is well.</param>
/// <param name="Path">The file; empty when there is none.</param>
/// <param name="Images">Images of the data.</param>
/// <param name="Embeddings">Rows of the file: images without those that do not decode.</param>
/// <param name="Dimension">Numbers of an embedding.</param>
/// <param name="Digest">Digest over names and numbers; the same for any number of workers.</param>
/// <param name="Blocks">Blocks that are done.</param>
/// <param name="BlocksTotal">Blocks in all.</param>
/// <param name="ImagesPerSecond">Between the first and the last block.</param>
/// <param name="WallSeconds">With the start of the fleet.</param>
/// <param name="Workers">Workers that took part.</param>
/// <param name="Recoveries">Lost workers.</param>
/// <param name="BadFiles">Files that do not decode.</param>
internal sealed record EmbeddingResult(
    string State,
    string Reason,
    string Path,
    long Images,
    long Embeddings,
    int Dimension,
    string Digest,
    long Blocks,
    long BlocksTotal,
    double ImagesPerSecond,
    double WallSeconds,
    IReadOnlyList<WorkerResult> Workers,
    IReadOnlyList<RecoveryResult> Recoveries,
    IReadOnlyList<string> BadFiles);
