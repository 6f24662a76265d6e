using LightlyCluster.Fleet.Steps;
using LightlyCluster.Worker.Steps.Wire;

namespace LightlyCluster.Worker.Steps;

/// <summary>What a reduction must know of a step.</summary>
/// <param name="Step">The step.</param>
/// <param name="ShardCount">Number V of virtual shards.</param>
/// <param name="Layout">The chunks of the vector.</param>
/// <param name="Sum">The arithmetic of the tree.</param>
/// <param name="LearningRate">The rate that goes into the log with the commit.</param>
internal sealed record StepFrame(long Step, int ShardCount, VectorLayout Layout, TreeSum Sum, double LearningRate);
