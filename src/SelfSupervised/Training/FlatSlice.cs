namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A tensor's place in a flat buffer.</summary>
/// <param name="Name">Full name, which is its checkpoint key.</param>
/// <param name="Offset">First value.</param>
/// <param name="Shape">Shape of the tensor.</param>
public sealed record FlatSlice(string Name, long Offset, long[] Shape)
{
    /// <summary>Whether the optimizer changes it.</summary>
    public bool IsTrained { get; init; } = true;

    /// <summary>Whether weight decay applies: not to biases and the parameters of normalization layers.</summary>
    public bool IsDecayed { get; init; } = true;

    /// <summary>Steps at the beginning in which it stays as it is.</summary>
    public long FrozenSteps { get; init; }

    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
