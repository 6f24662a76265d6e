using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

/// <summary>Antialiased resizing written down as plainly as possible, in double precision.</summary>
internal static class ReferenceResampler
{
    public static double[] Resize(DecodedImage image, CropBox box, ImageSize size, ResizeFilter filter, bool mirror, bool flip)
    {
        var (height, width) = size;
        var result = new double[3 * height * width];
        for (var channel = 0; channel < 3; channel++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++)
                {
                    var sum = 0.0;
                    foreach (var (row, rowWeight) in Weights(flip ? height - 1 - y : y, box.Height, height, filter))
                    {
                        foreach (var (column, columnWeight) in Weights(mirror ? width - 1 - x : x, box.Width, width, filter))
                        {
                            var pixel = ((box.Top + row) * image.Width) + box.Left + column;
                            sum += rowWeight * columnWeight * image.Pixels[(pixel * 3) + channel] / 255.0;
                        }
                    }

                    result[(((channel * height) + y) * width) + x] = filter == ResizeFilter.Bicubic ? Math.Clamp(sum, 0, 1) : sum;
                }
            }
        }

        return result;
    }

    private static IEnumerable<(int Source, double Weight)> Weights(int target, int sourceLength, int targetLength, ResizeFilter filter)
    {
        var scale = (double)sourceLength / targetLength;
        var stretch = Math.Max(scale, 1);
        var support = (filter == ResizeFilter.Bicubic ? 2 : 1) * stretch;
        var center = (target + 0.5) * scale;
        var first = Math.Max((int)(center - support + 0.5), 0);
        var last = Math.Min((int)(center + support + 0.5), sourceLength);
        var weights = Enumerable.Range(first, last - first)
            .Select(source => (source, Filter(filter, (source - center + 0.5) / stretch))).ToArray();
        return weights.Select(weight => (weight.source, weight.Item2 / weights.Sum(other => other.Item2)));
    }

    private static double Filter(ResizeFilter filter, double distance)
    {
        var x = Math.Abs(distance);
        return filter == ResizeFilter.Bilinear ? Math.Max(0, 1 - x)
            : x < 1 ? (1.5 * x * x * x) - (2.5 * x * x) + 1
            : x < 2 ? (-0.5 * x * x * x) + (2.5 * x * x) - (4 * x) + 2
            : 0;
    }
}
