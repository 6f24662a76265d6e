using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Bounds that a random value is drawn between, uniformly.</summary>
/// <param name="Low">Smallest value.</param>
/// <param name="High">Largest value, at least <paramref name="Low"/>.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ValueRange(double Low, double High)
{
    /// <inheritdoc/>
    public override string ToString() => $"[{Low}, {High}]";
}
