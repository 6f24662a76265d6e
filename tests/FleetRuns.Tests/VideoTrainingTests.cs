using System.Diagnostics;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Tests.Media;

namespace LightlyCluster.FleetRuns.Tests;

public sealed class VideoTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    private string Starts => Path.Combine(_folder, "starts");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Training_on_frames_of_videos_gives_equal_bits_for_any_number_of_workers()
    {
        Assert.SkipUnless(TestVideos.IsPossible, TestVideos.MissingReason);
        var videos = Path.Combine(_folder, "videos");
        TestVideos.MakeThree(videos);

        var hashes = new List<string>();
        foreach (var (workers, source) in new[] { (1, "video"), (3, "auto") })
        {
            await using var fleet = await TestFleet.StartAsync(_folder, variables: CountedFfmpeg());
            fleet.AddWorkers(workers);
            var specification = EqualBitsTests.JobOf(videos, "simclr", workers, steps: 2);
            specification.Data.Source = source;
            specification.Train.BatchSize = 16;
            var (end, steps) = await fleet.FollowAsync((await fleet.SubmitAsync(specification)).Id, timeoutSeconds: 120);
            end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
            end.Result.Workers.Count.ShouldBe(workers);
            steps.Count.ShouldBe(2);
            hashes.Add(end.Result.StateHash);
        }

        hashes.Distinct().ShouldHaveSingleItem();
        (await File.ReadAllLinesAsync(Starts)).Length.ShouldBeInRange(5, 60, "the evaluation alone takes 195 frames of each run; it must not start ffmpeg for each");
    }

    /// <summary>Puts a script before ffmpeg that writes down each start.</summary>
    private Dictionary<string, string> CountedFfmpeg()
    {
        var folders = Environment.GetEnvironmentVariable("PATH")!;
        var ffmpeg = folders.Split(':').Select(folder => Path.Combine(folder, "ffmpeg")).First(File.Exists);
        var scripts = Directory.CreateDirectory(Path.Combine(_folder, "scripts")).FullName;
        var script = Path.Combine(scripts, "ffmpeg");
        File.WriteAllText(script, $"#!/bin/sh\necho start >> '{Starts}'\nexec '{ffmpeg}' \"$@\"\n");
        using var chmod = Process.Start("chmod", ["+x", script]);
        chmod.WaitForExit();
        return new() { ["PATH"] = $"{scripts}:{folders}" };
    }
}
