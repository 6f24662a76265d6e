using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Training;
using LightlyCluster.Worker.Steps;

namespace LightlyCluster.Worker.Tests.Steps;

/// <summary>Pixels of images that one shard alone has are used again; those in the cache stay.</summary>
public sealed class ImageLoaderTests : IDisposable
{
    private const int Images = 8;

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-loader-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, 8)]
    [InlineData(1 << 20, 0)]
    [InlineData(3 * 32 * 32 * 3, 5)]
    public async Task What_is_not_cached_is_recycled_and_the_next_load_gives_the_same_pixels(long cacheBytes, int recycled)
    {
        using var source = Make();
        var loader = new ImageLoader(source, seed: 1, batchSize: Images, isSkippingBadFiles: false, cacheBytes);
        var request = new ViewRequest(0, [.. Enumerable.Range(0, Images)]);

        var first = await loader.LoadAsync(0, [request, request with { View = 1 }], CancellationToken.None);
        var expected = first.Images[0].Select(image => image.Pixels.ToArray()).ToArray();
        first.Recycle();
        first.Recycle();
        var second = await loader.LoadAsync(0, [request], CancellationToken.None);

        first.Images[0].Count(IsGone).ShouldBe(recycled);
        second.Images[0].Select(image => image.Pixels).ShouldBe(expected);
        second.Images[0].ShouldAllBe(image => second.Images[0].Count(other => ReferenceEquals(other.Pixels, image.Pixels)) == 1);
    }

    private static bool IsGone(DecodedImage image)
    {
        try
        {
            return image.Pixels.Length == 0;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }

    private ImageSource Make()
    {
        for (var index = 0; index < Images; index++)
        {
            var pixels = new byte[32 * 32 * 3];
            new Random(index).NextBytes(pixels);
            File.WriteAllBytes(Path.Combine(_folder, $"{index}.png"), ImageEncoder.Png.Encode(new DecodedImage(32, 32, pixels)));
        }

        return ImageSources.Open(_folder, ImageSources.Folder);
    }
}
