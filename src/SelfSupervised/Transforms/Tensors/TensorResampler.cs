using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Transforms.Tensors;

/// <summary>Cuts boxes out of images and resizes them to float planes, antialiased, flipped on the way, a batch at a time.</summary>
/// <remarks>
/// The boxes travel as bytes, padded to the largest. Rows are added up by their weights, tap after tap, then columns: with the weights
/// and the order of additions of <see cref="ImageResampler"/>, so that the results have the same bits.
/// </remarks>
internal static class TensorResampler
{
    private const double ByteScale = 1.0 / 255.0;
    private const long GroupBytesMaximum = 128L << 20;

    /// <summary>Makes the views before any change of colour.</summary>
    /// <returns>Float32 [N, 3, height, width], about 0 to 1, on the device; the caller owns it.</returns>
    public static Tensor Run(
        IReadOnlyList<DecodedImage> images, IReadOnlyList<ViewParameters> parameters, ViewTransformOptions options, Device device)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        for (var start = 0; start < images.Count;)
        {
            var end = EndOfGroup(parameters, start);
            var indices = Enumerable.Range(start, end - start).ToArray();
            parts.Add(Resize(
                [.. indices.Select(index => images[index])], [.. indices.Select(index => parameters[index])], options, device));
            start = end;
        }

        return (parts.Count == 1 ? parts[0] : cat(parts)).MoveToOuterDisposeScope();
    }

    // As many images as fit once padded to the largest box, at least one.
    private static int EndOfGroup(IReadOnlyList<ViewParameters> parameters, int start)
    {
        var (height, width) = (0L, 0L);
        var end = start;
        for (; end < parameters.Count; end++)
        {
            height = Math.Max(height, parameters[end].Crop.Height);
            width = Math.Max(width, parameters[end].Crop.Width);
            if (end > start && (end - start + 1) * height * width * 3 > GroupBytesMaximum)
            {
                break;
            }
        }

        return end;
    }

    private static Tensor Resize(DecodedImage[] images, ViewParameters[] parameters, ViewTransformOptions options, Device device)
    {
        using var scope = NewDisposeScope();
        var (height, width) = options.InputSize;
        var (boxHeight, boxWidth) = (parameters.Max(drawn => drawn.Crop.Height), parameters.Max(drawn => drawn.Crop.Width));
        var count = images.Length;
        var rows = Axis.Make(
            [.. parameters.Select(drawn => (drawn.Crop.Height, drawn.VerticalFlip))], boxHeight, height, options.Interpolation, ByteScale, device);
        var columns = Axis.Make(
            [.. parameters.Select(drawn => (drawn.Crop.Width, drawn.HorizontalFlip))], boxWidth, width, options.Interpolation, 1, device);

        var boxes = Pack(images, parameters, boxHeight, boxWidth, device).to(device).view((long)count * boxHeight, boxWidth * 3L);
        var shrunkRows = rows.AddTaps(boxes).view(count, height, boxWidth, 3).permute(0, 2, 1, 3).contiguous();
        var shrunk = columns.AddTaps(shrunkRows.view((long)count * boxWidth, height * 3L));
        return shrunk.view(count, width, height, 3).permute(0, 3, 2, 1).contiguous().MoveToOuterDisposeScope();
    }

    // What is beside a box is never read: weights end at its edge.
    private static Tensor Pack(DecodedImage[] images, ViewParameters[] parameters, int boxHeight, int boxWidth, Device device)
    {
        var boxes = StagingMemory.Take([images.Length, boxHeight, boxWidth, 3], device);
        var target = boxes.bytes;
        for (var index = 0; index < images.Length; index++)
        {
            var (image, crop) = (images[index], parameters[index].Crop);
            for (var row = 0; row < crop.Height; row++)
            {
                var source = (((crop.Top + row) * (long)image.Width) + crop.Left) * 3;
                image.Pixels.AsSpan((int)source, crop.Width * 3).CopyTo(target[(((index * boxHeight) + row) * boxWidth * 3)..]);
            }
        }

        return boxes;
    }

    /// <summary>Source positions and weights of all images along one axis.</summary>
    /// <param name="First_M">For each image and target position: the first source position, counted over all padded boxes.</param>
    /// <param name="Last_M">The last position of the same box.</param>
    /// <param name="Weights_MT">Weights of the source positions from the first on; 0 where a box has fewer than others.</param>
    private sealed record Axis(Tensor First_M, Tensor Last_M, Tensor Weights_MT)
    {
        public static Axis Make(
            (int Length, bool IsReversed)[] boxes, int paddedLength, int targetLength, ResizeFilter mode, double factor, Device device)
        {
            var tables = boxes.Select(box =>
            {
                var table = new ResampleTable();
                table.Build(box.Length, targetLength, mode, box.IsReversed, factor);
                return table;
            }).ToArray();
            var tapCount = tables.Max(table => table.TapCount);
            var first = new long[boxes.Length * targetLength];
            var last = new long[first.Length];
            var weights = new float[(long)first.Length * tapCount];
            for (var row = 0; row < first.Length; row++)
            {
                var (box, position) = Math.DivRem(row, targetLength);
                var table = tables[box];
                first[row] = ((long)box * paddedLength) + table.Starts[position];
                last[row] = ((long)box * paddedLength) + boxes[box].Length - 1;
                table.Weights.Slice(position * table.TapCount, table.TapCount).CopyTo(weights.AsSpan(row * tapCount));
            }

            return new(
                tensor(first, device: device), tensor(last, device: device), tensor(weights, [first.Length, tapCount], device: device));
        }

        /// <summary>Weighted sums of source rows, one tap after the other.</summary>
        public Tensor AddTaps(Tensor source_SX)
        {
            using var scope = NewDisposeScope();
            Tensor? sum_MX = null;
            for (var tap = 0L; tap < Weights_MT.shape[1]; tap++)
            {
                using var inner = NewDisposeScope();
                var rows_M = First_M.add(LastingScalar.Of(tap), LastingScalar.One).minimum(Last_M);
                var term_MX = source_SX.index_select(0, rows_M).to(float32) * Weights_MT.narrow(1, tap, 1);
                if (sum_MX is null)
                {
                    sum_MX = term_MX.MoveToOuterDisposeScope();
                }
                else
                {
                    sum_MX.add_(term_MX, LastingScalar.One);
                }
            }

            return sum_MX!.MoveToOuterDisposeScope();
        }
    }
}
