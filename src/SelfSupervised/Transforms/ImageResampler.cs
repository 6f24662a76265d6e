using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using LightlyCluster.SelfSupervised.Datasets;

namespace LightlyCluster.SelfSupervised.Transforms;

/// <summary>Cuts a box out of 8-bit pixels and resizes it to float planes, antialiased, flipped on the way.</summary>
/// <remarks>
/// For each row of the view, the source rows are first added up by their weights (one long loop over contiguous bytes), then the
/// row is resized along its length, one pixel's three colours in one vector. Order of additions is fixed: equal bits everywhere.
/// </remarks>
internal sealed unsafe class ImageResampler
{
    private const double ByteScale = 1.0 / 255.0;
    private const int VectorFloats = 8;

    private readonly ResampleTable _rows = new();
    private readonly ResampleTable _columns = new();
    private float[] _row = [];

    /// <summary>Resizes a box of an image into the planes, whose size says how large the view is.</summary>
    public void Run(DecodedImage image, CropBox box, PlanarImage target, ResizeFilter mode, bool flipHorizontally, bool flipVertically)
    {
        _rows.Build(box.Height, target.Height, mode, flipVertically, ByteScale);
        _columns.Build(box.Width, target.Width, mode, flipHorizontally, 1);
        var rowFloats = box.Width * 3;
        if (_row.Length < rowFloats + VectorFloats)
        {
            _row = GC.AllocateArray<float>(rowFloats + VectorFloats, pinned: true);
        }

        fixed (byte* pixels = image.Pixels)
        fixed (float* row = _row)
        fixed (float* rowWeights = _rows.Weights)
        fixed (float* columnWeights = _columns.Weights)
        fixed (int* columnStarts = _columns.Starts)
        {
            var stride = (nint)image.Width * 3;
            for (var y = 0; y < target.Height; y++)
            {
                var source = pixels + ((box.Top + _rows.Starts[y]) * stride) + (box.Left * 3);
                AddRows(source, stride, rowFloats, rowWeights + (y * _rows.TapCount), _rows.TapCount, row);
                ResizeRow(row, columnStarts, columnWeights, _columns.TapCount, target, y);
            }
        }
    }

    private static void AddRows(byte* source, nint stride, int count, float* weights, int tapCount, float* target)
    {
        var index = 0;
        for (; index <= count - (4 * VectorFloats); index += 4 * VectorFloats)
        {
            var sum0 = Vector256<float>.Zero;
            var sum1 = Vector256<float>.Zero;
            var sum2 = Vector256<float>.Zero;
            var sum3 = Vector256<float>.Zero;
            var pointer = source + index;
            for (var tap = 0; tap < tapCount; tap++, pointer += stride)
            {
                var weight = Vector256.Create(weights[tap]);
                sum0 += Load(pointer) * weight;
                sum1 += Load(pointer + VectorFloats) * weight;
                sum2 += Load(pointer + (2 * VectorFloats)) * weight;
                sum3 += Load(pointer + (3 * VectorFloats)) * weight;
            }

            sum0.Store(target + index);
            sum1.Store(target + index + VectorFloats);
            sum2.Store(target + index + (2 * VectorFloats));
            sum3.Store(target + index + (3 * VectorFloats));
        }

        for (; index < count; index += VectorFloats)
        {
            // The last vector moves back over values that are computed already, to the same result.
            if (index > count - VectorFloats)
            {
                if (count < VectorFloats)
                {
                    AddNarrowRows(source, stride, count, weights, tapCount, target);
                    return;
                }

                index = count - VectorFloats;
            }

            var sum = Vector256<float>.Zero;
            var pointer = source + index;
            for (var tap = 0; tap < tapCount; tap++, pointer += stride)
            {
                sum += Load(pointer) * Vector256.Create(weights[tap]);
            }

            sum.Store(target + index);
        }
    }

    private static void AddNarrowRows(byte* source, nint stride, int count, float* weights, int tapCount, float* target)
    {
        for (var index = 0; index < count; index++)
        {
            var sum = 0f;
            for (var tap = 0; tap < tapCount; tap++)
            {
                sum += source[index + (tap * stride)] * weights[tap];
            }

            target[index] = sum;
        }
    }

    private static Vector256<float> Load(byte* pointer)
    {
        if (Avx2.IsSupported)
        {
            return Vector256.ConvertToSingle(Avx2.ConvertToVector256Int32(pointer));
        }

        var words = Vector128.WidenLower(Vector128.CreateScalar(*(ulong*)pointer).AsByte());
        return Vector256.ConvertToSingle(Vector256.Create(Vector128.WidenLower(words), Vector128.WidenUpper(words)).AsInt32());
    }

    private static void ResizeRow(float* row, int* starts, float* weights, int tapCount, PlanarImage target, int y)
    {
        var red = target.Red + (y * target.Width);
        var green = target.Green + (y * target.Width);
        var blue = target.Blue + (y * target.Width);
        var x = 0;
        for (; x <= target.Width - 4; x += 4)
        {
            var source0 = row + (starts[x] * 3);
            var source1 = row + (starts[x + 1] * 3);
            var source2 = row + (starts[x + 2] * 3);
            var source3 = row + (starts[x + 3] * 3);
            var weights0 = weights + (x * tapCount);
            var weights1 = weights0 + tapCount;
            var weights2 = weights1 + tapCount;
            var weights3 = weights2 + tapCount;
            var sum0 = Vector128<float>.Zero;
            var sum1 = Vector128<float>.Zero;
            var sum2 = Vector128<float>.Zero;
            var sum3 = Vector128<float>.Zero;
            for (var tap = 0; tap < tapCount; tap++)
            {
                sum0 += Vector128.Load(source0 + (tap * 3)) * weights0[tap];
                sum1 += Vector128.Load(source1 + (tap * 3)) * weights1[tap];
                sum2 += Vector128.Load(source2 + (tap * 3)) * weights2[tap];
                sum3 += Vector128.Load(source3 + (tap * 3)) * weights3[tap];
            }

            Vector128.Create(sum0[0], sum1[0], sum2[0], sum3[0]).Store(red + x);
            Vector128.Create(sum0[1], sum1[1], sum2[1], sum3[1]).Store(green + x);
            Vector128.Create(sum0[2], sum1[2], sum2[2], sum3[2]).Store(blue + x);
        }

        for (; x < target.Width; x++)
        {
            var source = row + (starts[x] * 3);
            var sum = Vector128<float>.Zero;
            for (var tap = 0; tap < tapCount; tap++)
            {
                sum += Vector128.Load(source + (tap * 3)) * weights[(x * tapCount) + tap];
            }

            red[x] = sum[0];
            green[x] = sum[1];
            blue[x] = sum[2];
        }
    }
}
