using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Blurs planes as Pillow does: three box blurs along rows, then three along columns, edges repeated in each.</summary>
/// <remarks>
/// In whole numbers, rounded to 8 bits before the first and after every box, which is part of what Pillow's blur does: without it
/// weak blurs come out up to 3/255 different. For 8-bit values the result is Pillow's to the last bit.
/// </remarks>
internal sealed unsafe class GaussianBlurFilter
{
    private const int Step = 8;

    private uint[] _rows = [];
    private uint[] _first = [];
    private uint[] _second = [];

    /// <summary>Blurs a view in place.</summary>
    /// <param name="image">The view.</param>
    /// <param name="sigma">Standard deviation in pixels, above 0.</param>
    public void Run(PlanarImage image, double sigma)
    {
        var kernel = BoxBlurKernel.FromSigma(sigma);
        var reach = kernel.Radius + 1;
        var rowLength = image.Width + (2 * reach) + Step;
        _rows = Grow(_rows, 2 * rowLength);
        _first = Grow(_first, image.PlaneStride);
        _second = Grow(_second, image.PlaneStride);
        fixed (uint* rows = _rows, first = _first, second = _second)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var plane = image.Plane(channel);
                ToBytes(plane, first, image.PixelCount);
                BlurRows(first, image.Width, image.Height, kernel, rows + reach, rows + reach + rowLength);
                BlurColumns(first, second, image.Width, image.Height, kernel);
                BlurColumns(second, first, image.Width, image.Height, kernel);
                BlurColumns(first, second, image.Width, image.Height, kernel);
                FromBytes(second, plane, image.PixelCount);
            }
        }
    }

    private static uint[] Grow(uint[] array, int length) => array.Length >= length ? array : GC.AllocateArray<uint>(length, pinned: true);

    private static void ToBytes(float* source, uint* target, int count)
    {
        for (var index = 0; index < count; index += Step)
        {
            var scaled = (Vector256.Load(source + index) * 255f) + Vector256.Create(0.5f);
            Vector256.ConvertToInt32(scaled).AsUInt32().Store(target + index);
        }
    }

    private static void FromBytes(uint* source, float* target, int count)
    {
        for (var index = 0; index < count; index += Step)
        {
            (Vector256.ConvertToSingle(Vector256.Load(source + index).AsInt32()) / 255f).Store(target + index);
        }
    }

    private static void BlurRows(uint* plane, int width, int height, BoxBlurKernel kernel, uint* first, uint* second)
    {
        for (var y = 0; y < height; y++)
        {
            var row = plane + (y * width);
            new ReadOnlySpan<uint>(row, width).CopyTo(new Span<uint>(first, width));
            BlurRow(first, second, width, kernel);
            BlurRow(second, first, width, kernel);
            BlurRow(first, second, width, kernel);
            new ReadOnlySpan<uint>(second, width).CopyTo(new Span<uint>(row, width));
        }
    }

    // Both rows have room for the repeated edges before and after them, and for one vector beyond.
    private static void BlurRow(uint* source, uint* target, int width, BoxBlurKernel kernel)
    {
        var reach = kernel.Radius + 1;
        for (var outside = 1; outside <= reach; outside++)
        {
            source[-outside] = source[0];
            source[width - 1 + outside] = source[width - 1];
        }

        for (var x = 0; x < width; x += Step)
        {
            var middle = Vector256.Load(source + x);
            for (var offset = 1; offset <= kernel.Radius; offset++)
            {
                middle += Vector256.Load(source + x - offset) + Vector256.Load(source + x + offset);
            }

            Weigh(middle, Vector256.Load(source + x - reach) + Vector256.Load(source + x + reach), kernel).Store(target + x);
        }
    }

    private static void BlurColumns(uint* source, uint* target, int width, int height, BoxBlurKernel kernel)
    {
        var reach = kernel.Radius + 1;
        for (var y = 0; y < height; y++)
        {
            var row = source + (y * width);
            var output = target + (y * width);
            var above = source + (Math.Max(y - reach, 0) * width);
            var below = source + (Math.Min(y + reach, height - 1) * width);

            // In the order of rows, so that what a vector writes beyond the end of a row is overwritten by the next.
            for (var x = 0; x < width; x += Step)
            {
                var middle = Vector256.Load(row + x);
                for (var offset = 1; offset <= kernel.Radius; offset++)
                {
                    middle += Vector256.Load(source + (Math.Max(y - offset, 0) * width) + x)
                        + Vector256.Load(source + (Math.Min(y + offset, height - 1) * width) + x);
                }

                Weigh(middle, Vector256.Load(above + x) + Vector256.Load(below + x), kernel).Store(output + x);
            }
        }
    }

    // At most 255 * 2^24 + 2^23: fits into 32 bits.
    private static Vector256<uint> Weigh(Vector256<uint> middle, Vector256<uint> edges, BoxBlurKernel kernel) =>
        ((middle * kernel.Weight) + (edges * kernel.EdgeWeight) + Vector256.Create(1u << (BoxBlurKernel.FractionBits - 1)))
        >>> BoxBlurKernel.FractionBits;
}
