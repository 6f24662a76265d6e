using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Datasets.Video;
using LightlyCluster.Tests.Media;

namespace LightlyCluster.SelfSupervised.Tests.Datasets.Video;

public sealed class VideoFaultTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public VideoFaultTests() => Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_empty_file_is_named() => MessageOf("a.mp4", []).ShouldContain("'a.mp4' is empty");

    [Fact]
    public void A_pipe_is_named_and_never_waited_for()
    {
        using var process = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(_folder.Path, "live.mp4")]);
        process.WaitForExit();

        Should.Throw<VideoException>(() => LightlyDataset.FromFolder(_folder.Path)).Message.ShouldContain("'live.mp4' is empty");
    }

    [Fact]
    public void A_linked_video_is_that_of_its_target()
    {
        var path = TestVideos.Make(_folder.Path, "../target.mp4", "64x32", 10, 5, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        File.CreateSymbolicLink(Path.Combine(_folder.Path, "link.mp4"), path);
        using var dataset = LightlyDataset.FromFolder(_folder.Path);

        dataset[4].Image.Pixels.ShouldBe(TestVideos.Frame(path, 4));

        File.Delete(path);
        Should.Throw<IOException>(() => dataset[3]).Message.ShouldContain("is not there any more");
    }

    [Fact]
    public void A_file_of_text_is_named() => MessageOf("notes.webm", "hello, this is no video"u8.ToArray()).ShouldContain("'notes.webm' is no video");

    [Theory]
    [InlineData("a.mp4", "libx264", "")]
    [InlineData("a.mp4", "libx264", "+faststart")]
    [InlineData("a.mkv", "libx264", "")]
    [InlineData("a.webm", "libvpx-vp9", "")]
    [InlineData("a.avi", "mjpeg", "")]
    public void A_video_that_is_cut_short_is_named(string name, string codec, string flags)
    {
        string[] options = flags.Length > 0 ? ["-movflags", flags] : [];
        var path = TestVideos.Make(_folder.Path, name, "160x90", 30, 60, ["-c:v", codec, .. options]);
        var whole = File.ReadAllBytes(path);

        MessageOf(name, whole[..(whole.Length * 6 / 10)]).ShouldContain($"'{name}' is cut short");
    }

    [Fact]
    public void Sound_alone_is_no_video()
    {
        TestVideos.Run(["-f", "lavfi", "-i", "sine=d=0.2", Path.Combine(_folder.Path, "sound.mkv")]);

        Should.Throw<VideoException>(() => LightlyDataset.FromFolder(_folder.Path)).Message.ShouldContain("'sound.mkv' holds no video stream");
    }

    [Fact]
    public void Every_bad_video_is_named_at_once()
    {
        _folder.Write("a.mp4", []);
        _folder.Write("b.mp4", []);

        var message = Should.Throw<VideoException>(() => LightlyDataset.FromFolder(_folder.Path)).Message;

        message.ShouldContain("'a.mp4'");
        message.ShouldContain("'b.mp4'");
    }

    [Fact]
    public void Bad_videos_are_left_out_and_named_when_that_is_asked_for()
    {
        _folder.Write("a.mp4", []);
        TestVideos.Make(_folder.Path, "b.mp4", "64x32", 10, 5, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        var options = new ImageSourceOptions { IsSkippingBadVideos = true };

        using var source = new VideoImageSource(_folder.Path, options, CancellationToken.None);

        source.Manifest.Count.ShouldBe(5);
        source.LeftOut.ShouldBe(["a.mp4"]);
        File.Delete(Path.Combine(_folder.Path, "b.mp4"));
        Should.Throw<VideoException>(() => new VideoImageSource(_folder.Path, options, CancellationToken.None)).Message.ShouldContain("'a.mp4'");
    }

    [Fact]
    public void A_folder_without_videos_is_named_with_what_is_allowed()
    {
        _folder.Write("a.txt", [1]);

        Should.Throw<DatasetException>(() => ImageSources.Open(_folder.Path, "video")).Message.ShouldContain(".webm");
        Should.Throw<DatasetException>(() => ImageSources.Open(Path.Combine(_folder.Path, "none"), "video")).Message.ShouldContain("does not exist");
    }

    [Fact]
    public void A_video_that_changed_since_it_was_indexed_is_not_decoded()
    {
        var path = TestVideos.Make(_folder.Path, "a.mp4", "64x32", 10, 5, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        using var dataset = LightlyDataset.FromFolder(_folder.Path);
        File.AppendAllText(path, "more");

        Should.Throw<IOException>(() => dataset[0]).Message.ShouldContain("when the data set was indexed");
        Should.Throw<ArgumentOutOfRangeException>(() => dataset[5]);
    }

    [Fact]
    public void An_index_is_used_again_until_a_file_changes()
    {
        TestVideos.Make(_folder.Path, "a.mp4", "64x32", 10, 5, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        TestVideos.Make(_folder.Path, "b.mkv", "64x32", 10, 6, "-vf", "select=not(eq(n\\,2))", "-vsync", "vfr", "-c:v", "libx264", "-g", "3");
        using var first = LightlyDataset.FromFolder(_folder.Path);

        VideoIndexCache.Open(_folder.Path, _folder.Path).Find("a.mp4").ShouldNotBeNull();
        VideoIndexCache.Open(_folder.Path, _folder.Path).Find("b.mkv").ShouldNotBeNull().IsVariableRate.ShouldBeTrue();
        using var second = LightlyDataset.FromFolder(_folder.Path);

        second.Source.Manifest.Digest.ShouldBe(first.Source.Manifest.Digest);
        TestVideos.Make(_folder.Path, "a.mp4", "64x32", 10, 7, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        VideoIndexCache.Open(_folder.Path, _folder.Path).Find("a.mp4").ShouldBeNull();
        using var third = LightlyDataset.FromFolder(_folder.Path);
        third.Count.ShouldBe(first.Count + 2);
        third.Source.Manifest.Digest.ShouldNotBe(first.Source.Manifest.Digest);
    }

    private string MessageOf(string name, byte[] bytes)
    {
        _folder.Write(name, bytes);
        return Should.Throw<VideoException>(() => LightlyDataset.FromFolder(_folder.Path)).Message;
    }
}
