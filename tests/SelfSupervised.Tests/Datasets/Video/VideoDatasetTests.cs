using LightlyCluster.SelfSupervised.Datasets;
using LightlyCluster.SelfSupervised.Datasets.Video;
using LightlyCluster.Tests.Media;

namespace LightlyCluster.SelfSupervised.Tests.Datasets.Video;

public sealed class VideoDatasetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public VideoDatasetTests() => Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Three_videos_are_one_list_of_frames_with_lightlys_names()
    {
        TestVideos.MakeThree(_folder.Path);

        using var dataset = LightlyDataset.FromFolder(_folder.Path);

        dataset.Count.ShouldBe(90 + 60 + 45);
        var names = dataset.GetFilenames();
        (names[0], names[89], names[90], names[150], names[194]).ShouldBe(
            ("ride-00-mp4.png", "ride-89-mp4.png", "walk-00-webm.png", "yard/clip-00-avi.png", "yard/clip-44-avi.png"));
        names.Select(dataset.IndexOf).ShouldBe(Enumerable.Range(0, dataset.Count));
    }

    [Fact]
    public void An_element_is_image_label_and_name()
    {
        TestVideos.MakeThree(_folder.Path);
        using var dataset = LightlyDataset.FromFolder(_folder.Path);

        var (image, label, name) = dataset[97];

        name.ShouldBe("walk-07-webm.png");
        label.ShouldBe(1);
        (image.Width, image.Height).ShouldBe((121, 75));
        image.Pixels.ShouldBe(TestVideos.Frame(Path.Combine(_folder.Path, "walk.webm"), 7));
    }

    public static TheoryData<string, string, string[]> Kinds => new()
    {
        { "b-frames.mp4", "160x90", ["-c:v", "libx264", "-g", "24", "-bf", "3", "-pix_fmt", "yuv420p"] },
        { "full-range.mov", "98x50", ["-c:v", "libx264", "-g", "250", "-bf", "2", "-pix_fmt", "yuvj420p"] },
        { "vp9.webm", "121x75", ["-c:v", "libvpx-vp9", "-g", "20", "-b:v", "150k", "-deadline", "realtime", "-cpu-used", "8"] },
        { "variable.mkv", "160x90", ["-vf", "select='not(mod(n,3))+gt(random(0),0.5)'", "-vsync", "vfr", "-c:v", "libx264", "-bf", "2", "-g", "30"] },
        { "intra.avi", "161x91", ["-c:v", "mjpeg", "-q:v", "3"] },
        { "no-stamps.avi", "160x90", ["-c:v", "mpeg4", "-bf", "2", "-g", "30"] },
        { "program.mpg", "160x90", ["-r", "25", "-c:v", "mpeg2video", "-bf", "2", "-g", "15"] },
        { "raw.h264", "160x90", ["-c:v", "libx264", "-bf", "2", "-g", "15"] },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_kind_of_video_gives_the_frames_that_ffmpeg_selects_by_number(string name, string size, string[] encoding)
    {
        var path = TestVideos.Make(_folder.Path, name, size, 30, 90, encoding);
        using var dataset = LightlyDataset.FromFolder(_folder.Path);
        int[] frames = [0, 1, 2, 29, 30, 47, dataset.Count - 2, dataset.Count - 1];

        var images = dataset.Source.Load(frames, CancellationToken.None);

        for (var place = 0; place < frames.Length; place++)
        {
            images[place].Image!.Pixels.ShouldBe(TestVideos.Frame(path, frames[place]), $"frame {frames[place]}");
        }

        images.Select(image => image.ContentHash).Distinct().Count().ShouldBe(frames.Length);
        TestVideos.Run(["-i", path, "-map", "0:V:0", "-vsync", "passthrough", "-f", "framemd5", "pipe:1"])
            .Count(letter => letter == '\n').ShouldBe(dataset.Count + HeaderLines(path));
    }

    [Fact]
    public void One_video_is_a_data_set_of_its_frames()
    {
        var path = TestVideos.Make(_folder.Path, "one.mp4", "64x32", 10, 5, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        TestVideos.Make(_folder.Path, "other.mp4", "64x32", 10, 7, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        using var folder = LightlyDataset.FromFolder(_folder.Path);

        using var dataset = LightlyDataset.FromFolder(path);

        dataset.Count.ShouldBe(5);
        folder.Count.ShouldBe(12);
        dataset[4].Name.ShouldBe("one-4-mp4.png");
        dataset[4].Image.Pixels.ShouldBe(TestVideos.Frame(path, 4));
        using var again = ImageSources.Open(path, ImageSources.Video);
        again.Manifest.Digest.ShouldBe(dataset.Source.Manifest.Digest);
    }

    [Fact]
    public void A_rotation_in_the_file_is_applied()
    {
        var upright = TestVideos.Make(_folder.Path, "../upright.mp4", "64x32", 10, 5, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        var turned = Path.Combine(_folder.Path, "turned.mp4");
        TestVideos.Run(["-i", upright, "-c", "copy", "-metadata:s:v", "rotate=90", turned]);
        File.Delete(upright);
        using var source = new VideoImageSource(_folder.Path, new ImageSourceOptions(), CancellationToken.None);

        var image = source.Decode(3);

        source.Videos.Videos[0].Rotation.ShouldNotBe(0);
        (image.Width, image.Height).ShouldBe((32, 64));
        image.Pixels.ShouldBe(TestVideos.Frame(turned, 3));
    }

    [Fact]
    public void Frames_that_an_edit_list_cuts_off_are_no_elements()
    {
        var whole = TestVideos.Make(_folder.Path, "../whole.mp4", "64x32", 30, 90, "-c:v", "libx264", "-g", "30", "-bf", "2", "-pix_fmt", "yuv420p");
        var cut = Path.Combine(_folder.Path, "cut.mp4");
        TestVideos.Run(["-ss", "1.4", "-i", whole, "-c", "copy", cut]);
        File.Delete(whole);
        using var dataset = LightlyDataset.FromFolder(_folder.Path);

        dataset.Count.ShouldBe(48);
        dataset[0].Image.Pixels.ShouldBe(TestVideos.Frame(cut, 0));
        dataset[20].Image.Pixels.ShouldBe(TestVideos.Frame(cut, 20));
    }

    [Fact]
    public void Scattered_frames_take_few_processes_and_reading_in_order_too()
    {
        TestVideos.Make(_folder.Path, "long.mp4", "64x32", 30, 600, "-c:v", "libx264", "-g", "50", "-bf", "2", "-pix_fmt", "yuv420p");
        using var source = new VideoImageSource(_folder.Path, new ImageSourceOptions(), CancellationToken.None);
        var scattered = Enumerable.Range(0, 20).Select(step => step * 29).ToArray();

        var plan = FrameRunPlanner.Plan(source.Videos.Videos[0], scattered);

        plan.Count.ShouldBeLessThanOrEqualTo(2);
        plan.Sum(batch => batch.Sum(run => run.Frames.Count)).ShouldBe(20);
        for (var index = 0; index < 100; index++)
        {
            source.Decode(index).Pixels.ShouldNotBeNull();
        }

        source.ReadCount.ShouldBeLessThanOrEqualTo(6);
    }

    [Fact]
    public void Hundreds_of_frames_of_one_video_are_chosen_at_once()
    {
        var path = TestVideos.Make(_folder.Path, "long.mp4", "64x32", 30, 900, "-c:v", "libx264", "-g", "100", "-bf", "2", "-pix_fmt", "yuv420p");
        using var source = new VideoImageSource(_folder.Path, new ImageSourceOptions(), CancellationToken.None);
        var every = Enumerable.Range(0, 300).Select(step => step * 3).ToArray();

        var images = source.Load(every, CancellationToken.None);

        source.ReadCount.ShouldBe(1);
        images.ShouldAllBe(image => image.Error.Length == 0);
        images[299].Image!.Pixels.ShouldBe(TestVideos.Frame(path, 897));
        images[123].Image!.Pixels.ShouldBe(TestVideos.Frame(path, 369));
    }

    [Fact]
    public void The_bare_form_of_a_name_is_found_where_only_one_video_can_be_meant()
    {
        TestVideos.MakeThree(_folder.Path);
        using var dataset = LightlyDataset.FromFolder(_folder.Path);

        dataset.IndexOf("17-mp4.png").ShouldBe(17);
        dataset.IndexOf("017-mp4.png").ShouldBe(-1);
        dataset.IndexOf("ride-90-mp4.png").ShouldBe(-1);
        dataset.IndexOf("Ride-17-mp4.png").ShouldBe(-1);
        dataset.IndexOf("nonsense").ShouldBe(-1);
        File.Copy(Path.Combine(_folder.Path, "ride.mp4"), Path.Combine(_folder.Path, "ride-2.mp4"));
        using var two = LightlyDataset.FromFolder(_folder.Path);
        two.IndexOf("17-mp4.png").ShouldBe(-1);
        two.IndexOf("ride-2-17-mp4.png").ShouldBe(17);
        two.IndexOf("ride-17-mp4.png").ShouldBe(90 + 17);
    }

    [Fact]
    public void Folders_of_videos_are_classes_where_every_video_lies_in_one()
    {
        TestVideos.Make(_folder.Path, "cat/a.mp4", "64x32", 10, 4, "-c:v", "libx264", "-pix_fmt", "yuv420p");
        TestVideos.Make(_folder.Path, "dog/b.mp4", "64x32", 10, 3, "-c:v", "libx264", "-pix_fmt", "yuv420p");

        using var dataset = LightlyDataset.FromFolder(_folder.Path);

        dataset.Source.Manifest.Labels.ShouldBe([0, 0, 0, 0, 1, 1, 1]);
        dataset.Source.Manifest.ClassNames.ShouldBe(["cat", "dog"]);
    }

    // framemd5 begins with lines of comment, the number of which depends on the version.
    private static int HeaderLines(string path) => System.Text.Encoding.UTF8
        .GetString(TestVideos.Run(["-i", path, "-map", "0:V:0", "-vsync", "passthrough", "-f", "framemd5", "pipe:1"]))
        .Split('\n').Count(line => line.StartsWith('#'));
}
