using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.Tests.Media;
using SkiaSharp;

namespace LightlyCluster.SelfSupervised.Tests.Datasets;

public sealed class DatasetDumpTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Image_files_are_copied_as_they_are_and_converted_when_asked()
    {
        var jpeg = TestImages.Encode(TestImages.Make(20, 10), SKEncodedImageFormat.Jpeg);
        _folder.Write("in/a/1.jpg", jpeg);
        _folder.Write("in/b/2.png", TestImages.Encode(TestImages.Make(20, 10, 2), SKEncodedImageFormat.Png));
        using var dataset = LightlyDataset.FromFolder(Path.Combine(_folder.Path, "in"));

        dataset.Dump(Path.Combine(_folder.Path, "out"));
        dataset.Dump(Path.Combine(_folder.Path, "png"), ["a/1.jpg"], "png");

        File.ReadAllBytes(Path.Combine(_folder.Path, "out/a/1.jpg")).ShouldBe(jpeg);
        File.Exists(Path.Combine(_folder.Path, "out/b/2.png")).ShouldBeTrue();
        ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(_folder.Path, "png/a/1.png")), "1.png").Pixels.ShouldBe(dataset[0].Image.Pixels);
        Directory.GetFiles(Path.Combine(_folder.Path, "png"), "*", SearchOption.AllDirectories).ShouldHaveSingleItem();
    }

    [Fact]
    public void An_unknown_name_and_an_unknown_format_are_named_before_anything_is_written()
    {
        _folder.Write("in/1.png", TestImages.Encode(TestImages.Make(8, 8), SKEncodedImageFormat.Png));
        using var dataset = LightlyDataset.FromFolder(Path.Combine(_folder.Path, "in"));

        Should.Throw<DatasetException>(() => dataset.Dump(Path.Combine(_folder.Path, "out"), ["1.png", "2.png"])).Message.ShouldContain("'2.png'");
        Should.Throw<ArgumentException>(() => dataset.Dump(Path.Combine(_folder.Path, "out"), null, "gif")).Message.ShouldContain("png and jpg");
        Directory.Exists(Path.Combine(_folder.Path, "out")).ShouldBeFalse();
    }

    [Fact]
    public void Frames_of_videos_are_saved_under_their_own_names()
    {
        Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);
        var videos = Path.Combine(_folder.Path, "in");
        TestVideos.Make(videos, "b.mp4", "64x48", 10, 12, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        TestVideos.Make(videos, "a.avi", "48x64", 10, 12, "-c:v", "mjpeg");
        using var dataset = LightlyDataset.FromFolder(videos);

        dataset.Dump(Path.Combine(_folder.Path, "out"), ["b-03-mp4.png", "a-11-avi.png"]);

        var written = ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(_folder.Path, "out/b-03-mp4.png")), "b");
        written.Pixels.ShouldBe(TestVideos.Frame(Path.Combine(videos, "b.mp4"), 3));
        Directory.GetFiles(Path.Combine(_folder.Path, "out")).Length.ShouldBe(2);
    }
}
