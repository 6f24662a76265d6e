using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Modules;

/// <summary>Where a batch norm layer puts the statistics of the batch it has just seen, instead of into its running statistics.</summary>
/// <remarks>
/// A virtual shard's forward changes no state: it returns its statistics, and the step's Apply folds the sums of all shards into
/// the running statistics. The tensors are borrowed; the previous content, even not-a-number, never reaches the result.
/// </remarks>
/// <param name="Mean">Receives the mean per channel, float32 [StatisticsCount] of the layer.</param>
/// <param name="UnbiasedVariance">Receives the variance per channel with divisor n - 1, float32 [StatisticsCount].</param>
public sealed record BatchStatisticsSink(Tensor Mean, Tensor UnbiasedVariance);
