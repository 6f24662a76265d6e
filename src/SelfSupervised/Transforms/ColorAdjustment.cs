using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>One operation of colour jitter with its drawn amount.</summary>
/// <param name="Operation">What is changed.</param>
/// <param name="Amount">A factor, 1 for no change; for hue a shift in turns, 0 for no change.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ColorAdjustment(ColorOperation Operation, float Amount);
