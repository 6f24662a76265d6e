using System.Formats.Tar;
using System.Text.Json;
using LightlyCluster.Tests.Media;
using SkiaSharp;

namespace LightlyCluster.Client.Tests.Commands;

public sealed class IndexCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Index_lists_videos_with_frames_rate_and_codec_and_writes_a_manifest()
    {
        Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);
        TestVideos.MakeThree(_folder);
        var file = Path.Combine(_folder, "manifest.json");

        var outcome = await LightlyProgram.RunAsync("index", _folder, "--out", file, "-o", "json");

        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        var videos = Json(outcome).GetProperty("videos").EnumerateArray()
            .Select(video => $"{video.GetProperty("name")} {video.GetProperty("codec")} {video.GetProperty("frames")} {video.GetProperty("framesPerSecond")}");
        videos.ShouldBe(["ride.mp4 h264 90 30", "walk.webm vp9 60 24", "yard/clip.avi mjpeg 45 10"]);
        Json(outcome).GetProperty("images").GetInt32().ShouldBe(195);
        outcome.Errors.ShouldContain("indexing 3/3 videos");
        var written = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement;
        written.GetProperty("digest").GetString().ShouldBe(Json(outcome).GetProperty("digest").GetString());
        written.GetProperty("videos").GetArrayLength().ShouldBe(3);
    }

    [Fact]
    public async Task Index_lists_images_with_sizes_and_labels()
    {
        foreach (var name in new[] { "cat/1.png", "cat/2.png", "dog/1.png" })
        {
            WriteImage(name);
        }

        var file = Path.Combine(_folder, "manifest.json");

        var outcome = await LightlyProgram.RunAsync("index", _folder, "--out", file);

        outcome.ExitCode.ShouldBe(0, outcome.Errors);
        outcome.Output.ShouldContain("3 images (folder)");
        outcome.Output.ShouldContain("xxh128:");
        var files = JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("files").EnumerateArray();
        files.Select(entry => $"{entry.GetProperty("name")} {entry.GetProperty("label")}").ShouldBe(["cat/1.png 0", "cat/2.png 0", "dog/1.png 1"]);
    }

    [Fact]
    public async Task Index_reads_shards_in_S3_storage_and_says_when_it_cannot_be_reached()
    {
        Assert.SkipUnless(LocalS3.IsPossible, LocalS3.MissingReason);
        WriteImage("set/cat/1.png");
        WriteImage("set/dog/1.png");
        using var archive = new MemoryStream();
        await TarFile.CreateFromDirectoryAsync(Path.Combine(_folder, "set"), archive, includeBaseDirectory: false);
        string url;
        await using (var server = await LocalS3.StartAsync())
        {
            await server.PutAsync("shards/a.tar", archive.ToArray());
            url = server.Endpoint;
            var found = await RunAsync("s3://pictures/shards");
            found.ExitCode.ShouldBe(0, found.Errors);
            found.Output.ShouldContain("2 images (tar)");
            var none = await RunAsync("s3://pictures/none");
            none.ExitCode.ShouldBe(2);
            none.Errors.ShouldContain("holds no .tar shards");
        }

        var away = await RunAsync("s3://pictures/shards");

        away.ExitCode.ShouldBe(4);
        away.Errors.ShouldContain($"lightly: The storage at {url} cannot be reached");

        Task<LightlyProgram> RunAsync(string address) => LightlyProgram.RunAsync(
            ["index", address], new Dictionary<string, string> { ["AWS_ENDPOINT_URL"] = url, ["LIGHTLY_CACHE"] = Path.Combine(_folder, "cache") });
    }

    [Theory]
    [InlineData("does not exist", "FOLDER/none")]
    [InlineData("is empty", "FOLDER/empty")]
    [InlineData("Found no images in the folder", "FOLDER/text")]
    [InlineData("holds no .tar archives", "FOLDER/text", "--source", "tar")]
    [InlineData("Found no videos in the folder", "FOLDER/text", "--source", "video")]
    [InlineData("zip", "FOLDER/text", "--source", "zip")]
    [InlineData("is there already", "FOLDER/text", "--out", "FOLDER/text/a.txt")]
    [InlineData("is a folder; name a file", "FOLDER/text", "--out", "FOLDER")]
    [InlineData("does not exist; make it first", "FOLDER/text", "--out", "FOLDER/none/m.json")]
    [InlineData("Unknown option '--ouput'", "FOLDER/text", "--ouput", "x")]
    [InlineData("is cut short", "FOLDER/cut")]
    public async Task Bad_input_is_one_clear_message_and_exit_code_2(string expected, params string[] arguments)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "empty"));
        Directory.CreateDirectory(Path.Combine(_folder, "text"));
        Directory.CreateDirectory(Path.Combine(_folder, "cut"));
        await File.WriteAllTextAsync(Path.Combine(_folder, "text", "a.txt"), "text");
        await File.WriteAllBytesAsync(Path.Combine(_folder, "cut", "a.tar"), new byte[100]);

        var outcome = await LightlyProgram.RunAsync(["index", .. arguments.Select(argument => argument.Replace("FOLDER", _folder))]);

        outcome.ExitCode.ShouldBe(2, outcome.Errors);
        outcome.Errors.ShouldContain(expected);
        outcome.Errors.ShouldNotContain("   at ");
        outcome.Output.ShouldBeEmpty();
    }

    private void WriteImage(string name)
    {
        using var bitmap = new SKBitmap(8, 8);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, data.ToArray());
    }

    private static JsonElement Json(LightlyProgram outcome) => JsonDocument.Parse(outcome.Output).RootElement;
}
