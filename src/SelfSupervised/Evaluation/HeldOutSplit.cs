namespace LightlyCluster.SelfSupervised.Evaluation;

/// <summary>Which labelled images are queries and which form the bank, where no test data are given.</summary>
/// <remarks>
/// Every fifth image of a class, in ordinal order of the names, is a query; the rest is the bank. All images are trained on without
/// labels, so this measures features, not generalization. Neither workers nor the order of the data set change it.
/// </remarks>
/// <param name="QueryIndices">Positions of the queries in the given lists, growing.</param>
/// <param name="BankIndices">Positions of the bank in the given lists, growing.</param>
/// <param name="NeighbourCount">k: a tenth of the bank, at least 1, at most 200.</param>
public sealed record HeldOutSplit(IReadOnlyList<int> QueryIndices, IReadOnlyList<int> BankIndices, int NeighbourCount)
{
    /// <summary>Temperature of the vote.</summary>
    public const double Temperature = 0.1;

    private const int QueryStep = 5;
    private const int NeighbourMaximum = 200;
    private const int BankShare = 10;

    /// <summary>Splits labelled images.</summary>
    /// <param name="names">Names of the images, distinct.</param>
    /// <param name="labels">Class of each image.</param>
    /// <returns>The split; without queries if every class has fewer than five images.</returns>
    /// <exception cref="ArgumentException">The lists differ in length.</exception>
    public static HeldOutSplit Create(IReadOnlyList<string> names, IReadOnlyList<int> labels)
    {
        if (names.Count != labels.Count)
        {
            throw new ArgumentException($"There are {names.Count} names but {labels.Count} labels.", nameof(labels));
        }

        var queries = Enumerable.Range(0, names.Count)
            .GroupBy(index => labels[index])
            .SelectMany(members => members
                .OrderBy(index => names[index], StringComparer.Ordinal)
                .Where((_, rank) => rank % QueryStep == QueryStep - 1))
            .ToHashSet();
        var bank = Enumerable.Range(0, names.Count).Where(index => !queries.Contains(index)).ToList();
        return new([.. queries.Order()], bank, NeighbourCountFor(bank.Count));
    }

    /// <summary>k for a bank: a tenth of it, at least 1, at most 200.</summary>
    /// <param name="bankCount">Number of images in the bank.</param>
    /// <returns>Number of neighbours.</returns>
    public static int NeighbourCountFor(int bankCount) => Math.Clamp(bankCount / BankShare, 1, NeighbourMaximum);
}
