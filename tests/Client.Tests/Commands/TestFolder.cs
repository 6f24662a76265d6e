using SkiaSharp;

namespace LightlyCluster.Client.Tests.Commands;

/// <summary>A folder for a test, with images made by program.</summary>
internal sealed class TestFolder : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("lightly-client-").FullName;

    public string this[string name] => Path.Combine(_path, name);

    /// <summary>Makes small JPEG images in two classes.</summary>
    public string Images(int count = 40, string name = "images")
    {
        for (var index = 0; index < count; index++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_path, name, index % 2 == 0 ? "even" : "odd")).FullName;
            using var bitmap = new SKBitmap(24, 24);
            bitmap.Erase(new SKColor((byte)(index * 6), (byte)(255 - (index * 5)), (byte)(index * 37)));
            using var canvas = new SKCanvas(bitmap);
            using var paint = new SKPaint { Color = index % 2 == 0 ? SKColors.White : SKColors.Black };
            canvas.DrawCircle(6 + (index % 9), 12, 5, paint);
            using var file = File.Create(Path.Combine(folder, $"image-{index:D3}.jpg"));
            bitmap.Encode(file, SKEncodedImageFormat.Jpeg, 90);
        }

        return Path.Combine(_path, name);
    }

    public string Write(string name, string text)
    {
        var path = Path.Combine(_path, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(_path, recursive: true);
}
