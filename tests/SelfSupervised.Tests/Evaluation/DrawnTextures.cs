using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Tests.Evaluation;

/// <summary>
/// Images in which each group of augmentations can matter: a disc (its place and size), fine waves over everything (texture, which a
/// blur takes away), and a colour of its own where asked for.
/// </summary>
internal sealed class DrawnTextures(int count, bool isColored, int firstIndex = 0) : IImageDataset
{
    private const int Side = 32;

    public int Count => count;

    public ImageSample this[int index] => new(Draw(firstIndex + index), 0, $"{firstIndex + index:0000}.png", firstIndex + index);

    private DecodedImage Draw(int index)
    {
        var stream = new RandomStream(7, RandomPurpose.None, 0, index, 0);
        var angle = stream.NextUniform(0, Math.PI);
        var frequency = stream.NextUniform(1.2, 2.8);
        var phase = stream.NextUniform(0, 6);
        var (centerX, centerY, radius) = (stream.NextUniform(8, 24), stream.NextUniform(8, 24), stream.NextUniform(5, 12));
        var hue = stream.NextUniform(0, 6);
        var pixels = new byte[Side * Side * 3];
        for (var pixel = 0; pixel < Side * Side; pixel++)
        {
            var (x, y) = (pixel % Side, pixel / Side);
            var wave = Math.Sin((frequency * ((Math.Cos(angle) * x) + (Math.Sin(angle) * y))) + phase);
            var isInside = Math.Pow(x - centerX, 2) + Math.Pow(y - centerY, 2) < radius * radius;
            var value = 110 + (60 * wave) + (isInside ? 50 : 0);
            for (var channel = 0; channel < 3; channel++)
            {
                var share = isColored ? 0.25 + (0.75 * Math.Clamp(Math.Abs(((hue + (2 * channel)) % 6) - 3) - 1, 0, 1)) : 1;
                pixels[(pixel * 3) + channel] = (byte)Math.Clamp(value * share, 0, 255);
            }
        }

        return new DecodedImage(Side, Side, pixels);
    }
}
