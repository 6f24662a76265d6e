using System.Formats.Tar;
using LightlyCluster.Protocol.V1;
using LightlyCluster.Tests.Media;

namespace LightlyCluster.FleetRuns.Tests;

public sealed class StorageTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Shards_in_S3_storage_train_to_the_bits_that_the_same_shards_on_a_disk_do()
    {
        Assert.SkipUnless(LocalS3.IsPossible, LocalS3.MissingReason);
        await using var server = await LocalS3.StartAsync();
        Environment.SetEnvironmentVariable("LIGHTLY_CACHE", Path.Combine(_folder, "cache"));
        var images = TestImages.Make(_folder);
        var shards = Directory.CreateDirectory(Path.Combine(_folder, "shards")).FullName;
        foreach (var label in Directory.EnumerateDirectories(images))
        {
            var shard = Path.Combine(shards, $"{Path.GetFileName(label)}.tar");
            await TarFile.CreateFromDirectoryAsync(label, shard, includeBaseDirectory: true);
            await server.PutAsync($"set/{Path.GetFileName(shard)}", await File.ReadAllBytesAsync(shard));
        }

        var hashes = new List<string>();
        foreach (var (workers, path) in new[] { (1, shards), (2, "s3://pictures/set") })
        {
            await using var fleet = await TestFleet.StartAsync(_folder);
            fleet.AddWorkers(workers);
            var specification = EqualBitsTests.JobOf(path, "simclr", workers, steps: 4);
            specification.Data.Endpoint = server.Endpoint;
            specification.Evaluate = new() { Knn = true, TestPath = path };
            var (end, _) = await fleet.FollowAsync((await fleet.SubmitAsync(specification)).Id, timeoutSeconds: 120);
            end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
            end.Result.Workers.Count.ShouldBe(workers);
            end.Result.Knn.TestImages.ShouldBe(end.Result.Knn.BankImages, "the test images are the training images");
            hashes.Add($"{end.Result.StateHash} {end.Result.KnnTop1}");
        }

        hashes.Distinct().ShouldHaveSingleItem();
    }
}
