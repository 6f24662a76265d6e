using LightlyCluster.SelfSupervised.Datasets;

namespace LightlyCluster.Samples;

/// <summary>Images drawn by the program: discs, squares, stripes and crosses in four colours; the label is the shape.</summary>
internal sealed class DrawnShapes(int count, int side) : IImageDataset
{
    private static readonly (int Red, int Green, int Blue)[] Colors = [(220, 60, 50), (60, 190, 80), (60, 90, 220), (220, 200, 60)];

    /// <inheritdoc/>
    public int Count => count;

    /// <inheritdoc/>
    public ImageSample this[int index] => new(Draw(index), index % 4, $"shape-{index:0000}.png", index);

    private DecodedImage Draw(int index)
    {
        var pixels = new byte[side * side * 3];
        var color = Colors[index / 4 % 4];
        var radius = (side / 5) + (index * 7 % (side / 6));
        var (centerX, centerY) = ((side / 2) + (index * 5 % 9) - 4, (side / 2) + (index * 11 % 9) - 4);
        for (var pixel = 0; pixel < side * side; pixel++)
        {
            var (x, y) = ((pixel % side) - centerX, (pixel / side) - centerY);
            var isInside = (index % 4) switch
            {
                0 => (x * x) + (y * y) < radius * radius,
                1 => Math.Abs(x) < radius && Math.Abs(y) < radius,
                2 => (x + side) / 4 % 2 == 0 && Math.Abs(y) < radius,
                _ => Math.Abs(x) < radius / 3 || Math.Abs(y) < radius / 3,
            };
            var noise = (pixel * 7919 * (index + 1) % 31) - 15;
            pixels[pixel * 3] = (byte)((isInside ? color.Red : 35) + noise);
            pixels[(pixel * 3) + 1] = (byte)((isInside ? color.Green : 35) + noise);
            pixels[(pixel * 3) + 2] = (byte)((isInside ? color.Blue : 40) + noise);
        }

        return new DecodedImage(side, side, pixels);
    }
}
