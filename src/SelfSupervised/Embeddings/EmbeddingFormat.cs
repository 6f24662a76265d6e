namespace LightlyCluster.SelfSupervised.Embeddings;

/// <summary>The file formats of embeddings.</summary>
public enum EmbeddingFormat
{
    /// <summary>Comma-separated, <c>filenames,embedding_0,...,labels</c>: what lightly writes and reads. Name: lightly-csv.</summary>
    LightlyCsv,

    /// <summary>Comma-separated without labels, <c>filename,embedding_0,...</c>. Name: csv.</summary>
    Csv,

    /// <summary>Apache Parquet with columns filename, embedding_0 and so on, and label where there are labels. Name: parquet.</summary>
    Parquet,

    /// <summary>NumPy's .npy, float32 [N, D]; names and labels are in <c>NAME.filenames.csv</c> beside it. Name: npy.</summary>
    Npy,

    /// <summary>Safetensors: embeddings [N, D], labels [N] and the names as UTF-8 lines. Name: safetensors.</summary>
    Safetensors,
}
