using LightlyCluster.SelfSupervised.Datasets.Video;

namespace LightlyCluster.SelfSupervised.Tests.Datasets.Video;

public sealed class VideoManifestTests
{
    [Fact]
    public void Ten_thousand_videos_and_a_million_frames_take_little_memory_and_no_string_a_frame()
    {
        // What this thread allocates, so that tests beside this one do not count. A string a frame would take 80 MB.
        var before = GC.GetAllocatedBytesForCurrentThread();
        var manifest = new VideoManifest([.. Enumerable.Range(0, 10_000).Select(number => Video($"clip-{number:00000}.mp4", 100))]);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;

        manifest.Count.ShouldBe(1_000_000);
        bytes.ShouldBeLessThan(25_000_000);
        manifest.Names[654_321].ShouldBe("clip-06543-021-mp4.png");
        manifest.IndexOf("clip-06543-021-mp4.png").ShouldBe(654_321);
        manifest.LabelOf(654_321).ShouldBe(6543);
    }

    [Theory]
    [InlineData("day/ride.mp4", 153, 1200, "day/ride-0153-mp4.png")]
    [InlineData("my_video.mp4", 153, 341, "my_video-153-mp4.png")]
    [InlineData("a.b.MOV", 0, 10, "a.b-00-MOV.png")]
    [InlineData("x-7.webm", 9, 9, "x-7-9-webm.png")]
    public void A_name_has_the_number_padded_to_the_digits_of_the_number_of_frames(string video, int frame, int frames, string expected)
    {
        VideoFrameName.Format(video, frame, frames).ShouldBe(expected);
        VideoFrameName.TryParse(expected, out var stem, out var digits, out var extension).ShouldBeTrue();
        ($"{stem}.{extension}", int.Parse(digits)).ShouldBe((video, frame));
    }

    [Fact]
    public void The_digest_tells_data_sets_apart_by_what_their_frames_are()
    {
        var digest = new VideoManifest([Video("a.mp4", 10)]).Digest;

        new VideoManifest([Video("a.mp4", 10)]).Digest.ShouldBe(digest);
        new VideoManifest([Video("b.mp4", 10)]).Digest.ShouldNotBe(digest);
        new VideoManifest([Video("a.mp4", 11)]).Digest.ShouldNotBe(digest);
        new VideoManifest([Video("a.mp4", 10, step: 2)]).Digest.ShouldNotBe(digest);
    }

    [Theory]
    [InlineData(new long[] { 5, 15, 25, 35 }, true)]
    [InlineData(new long[] { 0, 33, 67, 100 }, false)]
    [InlineData(new long[] { -7 }, true)]
    public void Time_stamps_are_found_again(long[] times, bool isConstant)
    {
        var kept = FrameTimes.Of(times);

        kept.IsConstant.ShouldBe(isConstant);
        Enumerable.Range(0, times.Length).Select(frame => kept[frame]).ShouldBe(times);
        times.Select(kept.Find).ShouldBe(Enumerable.Range(0, times.Length));
        kept.Find(times[0] + 1).ShouldBe(-1);
        kept.Find(times[^1] + 1000).ShouldBe(-1);
    }

    [Fact]
    public void Frames_far_apart_become_runs_and_near_ones_share_one()
    {
        var video = Video("a.mp4", 1000, keyFrames: [0, 250, 500, 750]);

        var plan = FrameRunPlanner.Plan(video, [3, 20, 260, 700, 990]);

        plan.Count.ShouldBe(1);
        plan[0].Select(run => (run.Start, string.Join(' ', run.Frames))).ShouldBe([(0, "3 20"), (250, "260"), (500, "700"), (750, "990")]);
    }

    [Fact]
    public void A_video_without_time_stamps_is_decoded_from_the_start()
    {
        var video = Video("a.h264", 1000, keyFrames: [0], isSeekable: false);

        FrameRunPlanner.Plan(video, [3, 990]).ShouldHaveSingleItem().ShouldHaveSingleItem().Start.ShouldBe(0);
    }

    private static VideoRecord Video(string name, int frames, int step = 1, int[]? keyFrames = null, bool isSeekable = true) => new()
    {
        Name = name,
        Bytes = 1000,
        Codec = "h264",
        Width = 64,
        Height = 32,
        Rotation = 0,
        FramesPerSecond = 30,
        IsSeekable = isSeekable,
        Times = FrameTimes.Constant(frames, 0, step),
        KeyFrames = keyFrames ?? [0, 50],
    };
}
