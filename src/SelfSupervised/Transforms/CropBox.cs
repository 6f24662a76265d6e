using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>A rectangle of pixels in an image.</summary>
/// <param name="Top">First row.</param>
/// <param name="Left">First column.</param>
/// <param name="Height">Number of rows.</param>
/// <param name="Width">Number of columns.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct CropBox(int Top, int Left, int Height, int Width);
