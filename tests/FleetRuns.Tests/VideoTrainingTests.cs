using LightlyCluster.Protocol.V1;
using LightlyCluster.Tests.Media;

namespace LightlyCluster.FleetRuns.Tests;

public sealed class VideoTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

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
            await using var fleet = await TestFleet.StartAsync(_folder);
            fleet.AddWorkers(workers);
            var specification = EqualBitsTests.JobOf(videos, "simclr", workers, steps: 2);
            specification.Data.Source = source;
            specification.Train.BatchSize = 16;
            specification.Evaluate = new() { Knn = false };
            var (end, steps) = await fleet.FollowAsync((await fleet.SubmitAsync(specification)).Id, timeoutSeconds: 120);
            end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
            end.Result.Workers.Count.ShouldBe(workers);
            steps.Count.ShouldBe(2);
            hashes.Add(end.Result.StateHash);
        }

        hashes.Distinct().ShouldHaveSingleItem();
    }
}
