using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>A view in the making: three planes of float values 0 to 1, each followed by room for one whole vector.</summary>
/// <remarks>
/// The room lets every loop over a plane run in whole vectors; what stands there is finite but means nothing. Reused for view after
/// view by one thread, and grown when a larger view comes.
/// </remarks>
internal sealed unsafe class PlanarImage
{
    private float[] _values = [];

    /// <summary>Height in pixels.</summary>
    public int Height { get; private set; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; private set; }

    /// <summary>Number of pixels of a plane.</summary>
    public int PixelCount => Height * Width;

    /// <summary>Distance between the planes in floats, a multiple of the vector's length.</summary>
    public int PlaneStride { get; private set; }

    /// <summary>First value of red; the memory is pinned.</summary>
    public float* Red => (float*)Unsafe.AsPointer(ref _values[0]);

    /// <summary>First value of green.</summary>
    public float* Green => Red + PlaneStride;

    /// <summary>First value of blue.</summary>
    public float* Blue => Green + PlaneStride;

    /// <summary>First value of a plane.</summary>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    public float* Plane(int channel) => Red + ((nint)channel * PlaneStride);

    /// <summary>Sets the size; values are undefined afterwards.</summary>
    public void Resize(int height, int width)
    {
        Height = height;
        Width = width;
        var vector = Vector256<float>.Count;
        PlaneStride = ((height * width) + (2 * vector) - 1) / vector * vector;
        if (_values.Length < PlaneStride * 3)
        {
            _values = GC.AllocateArray<float>(PlaneStride * 3, pinned: true);
        }
    }
}
