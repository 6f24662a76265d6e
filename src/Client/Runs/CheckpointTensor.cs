namespace LightlyCluster.Client.Runs;

/// <summary>A tensor of a checkpoint.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Type of its numbers, as safetensors writes it (F32, I64).</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Begin">First byte, counted from the beginning of the numbers.</param>
/// <param name="End">The byte after its last one.</param>
internal sealed record CheckpointTensor(string Name, string Type, IReadOnlyList<long> Shape, long Begin, long End)
{
    /// <summary>Type and shape, for people.</summary>
    public string Description => $"{Type} [{string.Join(", ", Shape)}]";
}
