using System.Text.Json;
using LightlyCluster.Tests.Media;
using SkiaSharp;

namespace LightlyCluster.Client.Tests.Commands;

public sealed class FramesCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public FramesCommandTests() => Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Exactly_the_named_frames_are_written_with_the_pixels_that_ffmpeg_selects()
    {
        TestVideos.MakeThree(Videos);
        string[] names = ["walk-42-webm.png", "ride-07-mp4.png", "yard/clip-44-avi.png", "ride-88-mp4.png", "ride-08-mp4.png"];

        var outcome = await ExtractAsync(names, "-o", "json");

        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        (Json(outcome).GetProperty("written").GetInt32(), Json(outcome).GetProperty("videos").GetInt32()).ShouldBe((5, 3));
        Written().ShouldBe(names.Order(StringComparer.Ordinal));
        Pixels("walk-42-webm.png").ShouldBe(TestVideos.Frame(Path.Combine(Videos, "walk.webm"), 42));
        Pixels("ride-07-mp4.png").ShouldBe(TestVideos.Frame(Path.Combine(Videos, "ride.mp4"), 7));
        Pixels("ride-08-mp4.png").ShouldBe(TestVideos.Frame(Path.Combine(Videos, "ride.mp4"), 8));
        Pixels("ride-88-mp4.png").ShouldBe(TestVideos.Frame(Path.Combine(Videos, "ride.mp4"), 88));
        Pixels("yard/clip-44-avi.png").ShouldBe(TestVideos.Frame(Path.Combine(Videos, "yard/clip.avi"), 44));
        outcome.Errors.ShouldContain("extracting 5/5 frames");
    }

    [Fact]
    public async Task Files_that_are_there_are_kept_unless_told_otherwise()
    {
        MakeOne();
        Directory.CreateDirectory(Images);
        await File.WriteAllTextAsync(Path.Combine(Images, "a-3-mp4.png"), "mine");

        var kept = await ExtractAsync(["a-3-mp4.png", "a-4-mp4.png"], "-o", "json");
        var mine = await File.ReadAllTextAsync(Path.Combine(Images, "a-3-mp4.png"));
        var replaced = await ExtractAsync(["a-3-mp4.png", "a-4-mp4.png"], "-o", "json", "--overwrite");

        (Json(kept).GetProperty("written").GetInt32(), Json(kept).GetProperty("kept").GetInt32()).ShouldBe((1, 1));
        mine.ShouldBe("mine");
        Json(replaced).GetProperty("written").GetInt32().ShouldBe(2);
        Pixels("a-3-mp4.png").ShouldBe(TestVideos.Frame(Path.Combine(Videos, "a.mp4"), 3));
    }

    [Fact]
    public async Task Unknown_names_are_listed_before_anything_is_written()
    {
        MakeOne();

        var outcome = await ExtractAsync(["a-3-mp4.png", "a-9-mp4.png", "b-1-mp4.png", "../../etc/passwd"]);

        outcome.ExitCode.ShouldBe(2);
        outcome.Errors.ShouldContain("3 of 4 names are no frames of these videos");
        foreach (var name in new[] { "a-9-mp4.png", "b-1-mp4.png", "../../etc/passwd" })
        {
            outcome.Errors.ShouldContain($"lightly: {name}");
        }

        Directory.Exists(Images).ShouldBeFalse();
    }

    [Fact]
    public async Task A_jpg_says_its_quality_and_a_list_may_have_blank_lines_repetitions_and_other_line_ends()
    {
        MakeOne();

        var outcome = await ExtractAsync(["a-3-mp4.png\r", "", "a-3-mp4.png", "  4-mp4.png  "], "--format", "jpg", "--quality", "80");

        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        outcome.Output.ShouldContain("2 frames of 1 videos");
        outcome.Output.ShouldContain("quality 80");
        Written().ShouldBe(["4-mp4.jpg", "a-3-mp4.jpg"]);
        var exact = TestVideos.Frame(Path.Combine(Videos, "a.mp4"), 3);
        var lossy = Pixels("a-3-mp4.jpg");
        lossy.Length.ShouldBe(exact.Length);
        lossy.Zip(exact, (left, right) => Math.Abs(left - right)).Average().ShouldBeLessThan(12);
    }

    [Theory]
    [InlineData("Give --videos DIR")]
    [InlineData("Give --list FILE", "--videos", "FOLDER/videos", "--out", "FOLDER/images")]
    [InlineData("Give --out DIR", "--videos", "FOLDER/videos", "--list", "FOLDER/list.txt")]
    [InlineData("does not exist", "--videos", "FOLDER/none", "--list", "FOLDER/list.txt", "--out", "FOLDER/images")]
    [InlineData("is no video by its name; name a folder of videos", "--videos", "FOLDER/list.txt", "--list", "FOLDER/list.txt", "--out", "FOLDER/images")]
    [InlineData("does not exist; name a file", "--videos", "FOLDER/videos", "--list", "FOLDER/none.txt", "--out", "FOLDER/images")]
    [InlineData("names no frames", "--videos", "FOLDER/videos", "--list", "FOLDER/blank.txt", "--out", "FOLDER/images")]
    [InlineData("is a file; name a folder", "--videos", "FOLDER/videos", "--list", "FOLDER/list.txt", "--out", "FOLDER/list.txt")]
    [InlineData("allowed is 1 to 100", "--videos", "FOLDER/videos", "--list", "FOLDER/list.txt", "--out", "FOLDER/images", "--quality", "0")]
    [InlineData("gif", "--videos", "FOLDER/videos", "--list", "FOLDER/list.txt", "--out", "FOLDER/images", "--format", "gif")]
    [InlineData("Found no videos", "--videos", "FOLDER/videos", "--list", "FOLDER/list.txt", "--out", "FOLDER/images")]
    public async Task Bad_input_is_one_clear_message_and_exit_code_2(string expected, params string[] arguments)
    {
        Directory.CreateDirectory(Videos);
        await File.WriteAllTextAsync(Path.Combine(_folder, "list.txt"), "a-3-mp4.png\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "blank.txt"), "\n \n");

        var outcome = await LightlyProgram.RunAsync(["frames", "extract", .. arguments.Select(argument => argument.Replace("FOLDER", _folder))]);

        outcome.ExitCode.ShouldBe(2, outcome.Errors);
        outcome.Errors.ShouldContain(expected);
        outcome.Errors.ShouldNotContain("   at ");
        Directory.Exists(Images).ShouldBeFalse();
    }

    [Fact]
    public async Task Without_ffmpeg_the_message_says_what_to_install()
    {
        MakeOne();
        await File.WriteAllTextAsync(Path.Combine(_folder, "list.txt"), "a-3-mp4.png\n");
        var environment = new Dictionary<string, string> { ["LIGHTLY_FFMPEG"] = _folder };

        var outcome = await LightlyProgram.RunAsync(
            ["frames", "extract", "--videos", Videos, "--list", Path.Combine(_folder, "list.txt"), "--out", Images], environment);

        outcome.ExitCode.ShouldBe(2);
        outcome.Errors.ShouldContain("apt-get install ffmpeg");
    }

    private string Videos => Path.Combine(_folder, "videos");

    private string Images => Path.Combine(_folder, "images");

    private void MakeOne() => TestVideos.Make(Videos, "a.mp4", "64x48", 10, 9, "-c:v", "libx264", "-pix_fmt", "yuv420p");

    private async Task<LightlyProgram> ExtractAsync(string[] names, params string[] flags)
    {
        var list = Path.Combine(_folder, "sampled_filenames.txt");
        await File.WriteAllTextAsync(list, string.Join('\n', names) + "\n");
        return await LightlyProgram.RunAsync(["frames", "extract", "--videos", Videos, "--list", list, "--out", Images, .. flags]);
    }

    private IEnumerable<string> Written() => Directory.EnumerateFiles(Images, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(Images, path)).Order(StringComparer.Ordinal);

    private byte[] Pixels(string name)
    {
        using var bitmap = SKBitmap.Decode(Path.Combine(Images, name));
        return [.. bitmap.Pixels.SelectMany(pixel => new[] { pixel.Red, pixel.Green, pixel.Blue })];
    }

    private static JsonElement Json(LightlyProgram outcome) => JsonDocument.Parse(outcome.Output).RootElement;
}
