namespace LightlyCluster.Client.Demo;

/// <summary>The image set of the demonstration: shapes under everything that does not matter, in one folder a class.</summary>
internal static class ShapeImages
{
    /// <summary>Images of a class.</summary>
    public const int ImagesPerClass = 120;

    /// <summary>Side of the images in pixels.</summary>
    public const int Size = 48;

    /// <summary>Writes the images; equal seeds give equal images.</summary>
    /// <param name="folder">Receives one folder a class.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <returns>The number of images.</returns>
    public static int Write(string folder, ulong seed)
    {
        for (var label = 0; label < ShapeOutlines.Names.Count; label++)
        {
            var shape = ShapeOutlines.Names[label];
            Directory.CreateDirectory(Path.Combine(folder, shape));
            for (var number = 0; number < ImagesPerClass; number++)
            {
                var random = new SeededRandom((seed * 1_000_003) + ((ulong)label * 10_007) + (ulong)number);
                File.WriteAllBytes(Path.Combine(folder, shape, $"{number:000}.png"), ShapePainter.Paint(shape, Size, random));
            }
        }

        return ShapeOutlines.Names.Count * ImagesPerClass;
    }
}
