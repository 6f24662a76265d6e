using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints.Pickle;

/// <summary>A run of numbers that tensors of a PyTorch file are views of.</summary>
/// <param name="Key">Its name in the archive.</param>
/// <param name="Type">Element type.</param>
/// <param name="Count">Number of elements.</param>
internal sealed record PickledStorage(string Key, ScalarType Type, long Count);
