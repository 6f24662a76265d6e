namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A tensor's place in a flat buffer.</summary>
/// <param name="Name">Full name, which is its checkpoint key.</param>
/// <param name="Offset">First value.</param>
/// <param name="Shape">Shape of the tensor.</param>
public sealed record FlatSlice(string Name, long Offset, long[] Shape)
{
    /// <summary>Number of values.</summary>
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}
