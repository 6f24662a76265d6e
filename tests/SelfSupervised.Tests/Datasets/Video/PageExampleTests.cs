using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.Tests.Media;

namespace LightlyCluster.SelfSupervised.Tests.Datasets.Video;

/// <summary>The guide's own example: a list of sampled names, one long video, and the frames of the list as files.</summary>
public sealed class PageExampleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_frames_of_a_list_are_taken_out_of_a_video_of_a_hundred_thousand_frames()
    {
        Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);
        var video = MakeLongVideo();
        File.WriteAllLines(Path.Combine(_folder.Path, "sampled_filenames.txt"), ["068536-mp4.png", "000007-mp4.png", "100999-mp4.png"]);
        var output = Directory.CreateDirectory(Path.Combine(_folder.Path, "frames")).FullName;

        using var dataset = LightlyDataset.FromFolder(Path.GetDirectoryName(video)!);
        foreach (var listed in File.ReadLines(Path.Combine(_folder.Path, "sampled_filenames.txt")))
        {
            var frame = int.Parse(listed[^14..^8]);
            var (image, label, name) = dataset[frame];
            dataset.IndexOf(listed).ShouldBe(frame);
            name.ShouldBe($"ride-{listed}");
            label.ShouldBe(0);
            File.WriteAllBytes(Path.Combine(output, name), ImageEncoder.Png.Encode(image));
        }

        dataset.Count.ShouldBe(101_000);
        Directory.GetFiles(output).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(["ride-000007-mp4.png", "ride-068536-mp4.png", "ride-100999-mp4.png"]);
        var saved = ImageDecoder.Decode(File.ReadAllBytes(Path.Combine(output, "ride-068536-mp4.png")), "saved");
        saved.Pixels.ShouldBe(TestVideos.Frame(video, 68536));
    }

    private string MakeLongVideo()
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder.Path, "videos")).FullName, "ride.mp4");
        TestVideos.Run(
        [
            "-f", "lavfi", "-i", "testsrc2=s=32x16:r=30", "-frames:v", "101000",
            "-c:v", "libx264", "-preset", "ultrafast", "-g", "250", "-bf", "2", "-pix_fmt", "yuv420p", path,
        ]);
        return path;
    }
}
