using System.Runtime.Intrinsics;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Blurs planes as Pillow does: three box blurs along rows, then three along columns, edges repeated in each.</summary>
internal sealed unsafe class GaussianBlurFilter
{
    private const int Step = 8;

    private float[] _scratch = [];

    /// <summary>Blurs a view in place.</summary>
    /// <param name="image">The view.</param>
    /// <param name="sigma">Standard deviation in pixels, above 0.</param>
    public void Run(PlanarImage image, double sigma)
    {
        var kernel = BoxBlurKernel.FromSigma(sigma);
        var reach = kernel.Radius + 1;
        var rowFloats = image.Width + (2 * reach) + Step;
        var needed = Math.Max(2 * rowFloats, image.PlaneStride);
        if (_scratch.Length < needed)
        {
            _scratch = GC.AllocateArray<float>(needed, pinned: true);
        }

        fixed (float* scratch = _scratch)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                var plane = image.Plane(channel);
                BlurRows(plane, image.Width, image.Height, kernel, scratch + reach, scratch + reach + rowFloats);
                BlurColumns(plane, scratch, image.Width, image.Height, kernel);
                BlurColumns(scratch, plane, image.Width, image.Height, kernel);
                BlurColumns(plane, scratch, image.Width, image.Height, kernel);
                new ReadOnlySpan<float>(scratch, image.PixelCount).CopyTo(new Span<float>(plane, image.PixelCount));
            }
        }
    }

    private static void BlurRows(float* plane, int width, int height, BoxBlurKernel kernel, float* first, float* second)
    {
        for (var y = 0; y < height; y++)
        {
            var row = plane + (y * width);
            new ReadOnlySpan<float>(row, width).CopyTo(new Span<float>(first, width));
            BlurRow(first, second, width, kernel);
            BlurRow(second, first, width, kernel);
            BlurRow(first, second, width, kernel);
            new ReadOnlySpan<float>(second, width).CopyTo(new Span<float>(row, width));
        }
    }

    // Both rows have room for the repeated edges before and after them, and for one vector beyond.
    private static void BlurRow(float* source, float* target, int width, BoxBlurKernel kernel)
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

            var edges = Vector256.Load(source + x - reach) + Vector256.Load(source + x + reach);
            ((middle * kernel.Weight) + (edges * kernel.EdgeWeight)).Store(target + x);
        }
    }

    private static void BlurColumns(float* source, float* target, int width, int height, BoxBlurKernel kernel)
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

                var edges = Vector256.Load(above + x) + Vector256.Load(below + x);
                ((middle * kernel.Weight) + (edges * kernel.EdgeWeight)).Store(output + x);
            }
        }
    }
}
