namespace LightlyCluster.Client.Runs;

/// <summary>How nearest neighbours were counted.</summary>
/// <param name="K">Neighbours that vote.</param>
/// <param name="T">Temperature of their votes.</param>
/// <param name="BankImages">Images that vote.</param>
/// <param name="TestImages">Images that were classified.</param>
internal sealed record KnnResult(int K, double T, int BankImages, int TestImages);
