using SkiaSharp;

namespace LightlyCluster.Client.Demo;

/// <summary>Paints one shape in random colours and textures, at a random place, in a random size, on a random ground.</summary>
internal static class ShapePainter
{
    private const float ContrastMinimum = 0.35f;

    /// <summary>An image as PNG.</summary>
    /// <param name="shape">A name of <see cref="ShapeOutlines"/>.</param>
    /// <param name="size">Side in pixels.</param>
    /// <param name="random">Gives everything random.</param>
    public static byte[] Paint(string shape, int size, SeededRandom random)
    {
        using var surface = SKSurface.Create(new SKImageInfo(size, size, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var canvas = surface.Canvas;
        var (ground, figure) = Colors(random);
        using (var paint = Texture(ground, size, random))
        {
            canvas.DrawPaint(paint);
        }

        var scale = size * random.Between(0.22f, 0.42f);
        var room = (size / 2f) - scale;
        canvas.Translate((size / 2f) + (room * random.Between(-0.9f, 0.9f)), (size / 2f) + (room * random.Between(-0.9f, 0.9f)));
        canvas.RotateDegrees(random.Between(-12, 12));
        canvas.Scale(scale);
        using var outline = ShapeOutlines.Create(shape);
        using (var paint = Texture(figure, 2, random))
        {
            paint.IsAntialias = true;
            canvas.DrawPath(outline, paint);
        }

        using var image = surface.Snapshot();
        using var data = image.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    // Two colours that differ enough in brightness to be told apart also in gray.
    private static (SKColor Ground, SKColor Figure) Colors(SeededRandom random)
    {
        while (true)
        {
            var (ground, figure) = (Color(random), Color(random));
            if (MathF.Abs(Brightness(ground) - Brightness(figure)) > ContrastMinimum)
            {
                return (ground, figure);
            }
        }
    }

    private static SKColor Color(SeededRandom random) =>
        SKColor.FromHsv(random.Between(0, 360), random.Between(20, 100), random.Between(15, 100));

    private static float Brightness(SKColor color) => ((0.3f * color.Red) + (0.59f * color.Green) + (0.11f * color.Blue)) / 255;

    // A gradient, stripes or spots between the colour and a shade of it.
    private static SKPaint Texture(SKColor color, float extent, SeededRandom random)
    {
        var shade = Shade(color, random.Between(0.55f, 0.85f));
        var angle = random.Between(0, 2 * MathF.PI);
        var direction = new SKPoint(MathF.Cos(angle), MathF.Sin(angle));
        var origin = new SKPoint(extent * random.Unit(), extent * random.Unit());
        var shader = random.Below(3) switch
        {
            0 => SKShader.CreateLinearGradient(origin, Along(origin, direction, extent), [color, shade], SKShaderTileMode.Mirror),
            1 => SKShader.CreateLinearGradient(
                origin, Along(origin, direction, extent * random.Between(0.1f, 0.25f)), [color, color, shade, shade], [0, 0.5f, 0.5f, 1], SKShaderTileMode.Repeat),
            _ => SKShader.CreateRadialGradient(origin, extent * random.Between(0.08f, 0.2f), [shade, color], [0.45f, 0.55f], SKShaderTileMode.Repeat),
        };
        return new SKPaint { Shader = shader };
    }

    private static SKPoint Along(SKPoint origin, SKPoint direction, float distance) =>
        new(origin.X + (direction.X * distance), origin.Y + (direction.Y * distance));

    private static SKColor Shade(SKColor color, float factor) =>
        new((byte)(color.Red * factor), (byte)(color.Green * factor), (byte)(color.Blue * factor));
}
