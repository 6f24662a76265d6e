namespace LightlyCluster.Worker.Snapshots;

/// <summary>What a checkpoint says about itself.</summary>
/// <param name="Step">The state it holds.</param>
/// <param name="StateHash">Hash of that state.</param>
/// <param name="NumericClass">The numeric class it was trained in.</param>
/// <param name="KnnTop1Untrained">Accuracy before training; empty when it was not measured.</param>
internal sealed record CheckpointDescription(long Step, string StateHash, string NumericClass, string KnnTop1Untrained);
