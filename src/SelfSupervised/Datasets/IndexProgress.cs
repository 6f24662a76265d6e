namespace LightlyCluster.SelfSupervised.Datasets;

/// <summary>Is told how far the indexing of a data set is. May be called from several threads.</summary>
/// <param name="done">How many are done.</param>
/// <param name="total">How many there are; 0 while it is not known.</param>
/// <param name="unit">What is counted, in the plural: "images", "videos".</param>
public delegate void IndexProgress(long done, long total, string unit);
