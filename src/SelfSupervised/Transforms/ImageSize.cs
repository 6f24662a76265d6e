using System.Runtime.InteropServices;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Height and width of a view in pixels; a single number means a square.</summary>
/// <param name="Height">Height in pixels.</param>
/// <param name="Width">Width in pixels.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>The larger side in pixels.</summary>
    public int LongerSide => Math.Max(Height, Width);

    /// <summary>Makes a square.</summary>
    /// <param name="side">Height and width in pixels.</param>
    public static implicit operator ImageSize(int side) => new(side, side);

    /// <summary>Makes a square.</summary>
    /// <param name="side">Height and width in pixels.</param>
    /// <returns>The size.</returns>
    public static ImageSize FromInt32(int side) => side;

    /// <summary>Makes a size of a height and a width.</summary>
    /// <param name="sides">Height and width in pixels.</param>
    public static implicit operator ImageSize((int Height, int Width) sides) => new(sides.Height, sides.Width);

    /// <summary>Makes a size of a height and a width.</summary>
    /// <param name="sides">Height and width in pixels.</param>
    /// <returns>The size.</returns>
    public static ImageSize FromValueTuple((int Height, int Width) sides) => sides;

    /// <inheritdoc/>
    public override string ToString() => Height == Width ? $"{Height}" : $"{Height}x{Width}";
}
