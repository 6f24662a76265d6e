using System.Text.Json;
using LightlyCluster.Client.Tests.Commands;
using LightlyCluster.Tests.Media;
using SkiaSharp;

namespace LightlyCluster.Client.Tests.Embeddings;

/// <summary>The guide's own example: a folder of videos, a training without labels, and exactly the frames worth labelling as images.</summary>
public sealed class VideoChainTests : IDisposable
{
    private const int FramesTotal = 90 + 60 + 45;
    private readonly TestFolder _folder = new();

    public VideoChainTests() => Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Three_videos_become_the_twenty_frames_that_are_worth_labelling()
    {
        var videos = Directory.CreateDirectory(_folder["videos"]).FullName;
        TestVideos.MakeThree(videos);

        var train = await RunAsync(
            "train", "--data", videos, "--out", _folder["run"], "--backbone", "resnet-9", "--width", "0.0625", "--image-size", "32",
            "--batch-size", "32", "--steps", "4", "--workers", "2", "--set", "backbone.embeddingDim=32");
        var embed = await RunAsync("embed", "--checkpoint", _folder["run"], "--out", _folder["embeddings.csv"], "-o", "json");
        await RunAsync("sample", _folder["embeddings.csv"], "--count", "20", "--out", _folder["sampled_filenames.txt"]);
        await RunAsync("frames", "extract", "--videos", videos, "--list", _folder["sampled_filenames.txt"], "--out", _folder["frames"]);

        train.Errors.ShouldNotContain("error");
        using var result = JsonDocument.Parse(embed.Output);
        (result.RootElement.GetProperty("embeddings").GetInt32(), result.RootElement.GetProperty("dimension").GetInt32()).ShouldBe((FramesTotal, 32));
        var sampled = await File.ReadAllLinesAsync(_folder["sampled_filenames.txt"]);
        sampled.Length.ShouldBe(20);
        Directory.GetFiles(_folder["frames"], "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_folder["frames"], path))
            .ShouldBe(sampled, ignoreOrder: true);
        ShouldBeTheFrame(videos, sampled[0]);
        ShouldBeTheFrame(videos, sampled[^1]);
    }

    private void ShouldBeTheFrame(string videos, string name)
    {
        // "ride-07-mp4.png": video, frame, extension.
        var parts = Path.GetFileNameWithoutExtension(name).Split('-');
        var video = Path.Combine(videos, Path.GetDirectoryName(name)!, $"{string.Join('-', parts[..^2])}.{parts[^1]}");
        using var bitmap = SKBitmap.Decode(Path.Combine(_folder["frames"], name));
        var expected = TestVideos.Frame(video, int.Parse(parts[^2]));
        bitmap.Pixels.SelectMany(color => new[] { color.Red, color.Green, color.Blue }).ShouldBe(expected);
    }

    private static async Task<LightlyProgram> RunAsync(params string[] arguments)
    {
        var run = await LightlyProgram.RunAsync(arguments);
        run.ExitCode.ShouldBe(0, $"{string.Join(' ', arguments)}: {run.Errors}");
        return run;
    }
}
