using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Checkpoints;

/// <summary>One tensor as the header of a safetensors file describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Sizes; empty for a scalar.</param>
/// <param name="Begin">First byte after the header.</param>
/// <param name="End">Byte behind the last one.</param>
internal sealed record SafetensorsEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Begin, long End);
