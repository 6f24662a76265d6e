using SkiaSharp;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>A small set of images made by program: classes of shapes in random colours and places.</summary>
internal static class TestImages
{
    public static string Make(string folder, int classes = 4, int imagesPerClass = 40, int side = 32)
    {
        var state = 12345u;
        for (var label = 0; label < classes; label++)
        {
            var path = Directory.CreateDirectory(Path.Combine(folder, "images", $"class{label}")).FullName;
            for (var number = 0; number < imagesPerClass; number++)
            {
                using var bitmap = new SKBitmap(side, side, SKColorType.Rgba8888, SKAlphaType.Opaque);
                using var canvas = new SKCanvas(bitmap);
                canvas.Clear(new SKColor(Next(), Next(), Next()));
                using var paint = new SKPaint { Color = new SKColor(Next(), Next(), Next()), StrokeWidth = 3, IsStroke = label % 2 == 1 };
                var (x, y, size) = (8 + (Next() % 16), 8 + (Next() % 16), 5 + (Next() % 6));
                if (label / 2 % 2 == 0)
                {
                    canvas.DrawCircle(x, y, size, paint);
                }
                else
                {
                    canvas.DrawRect(x - size, y - size, 2 * size, 2 * size, paint);
                }

                using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
                File.WriteAllBytes(Path.Combine(path, $"{number:000}.png"), data.ToArray());
            }
        }

        return Path.Combine(folder, "images");

        byte Next()
        {
            state = (state * 1664525) + 1013904223;
            return (byte)(state >> 24);
        }
    }
}
