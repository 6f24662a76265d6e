using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

public sealed class EqualBitsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("simclr", "redis", "peer")]
    [InlineData("moco", "peer", "redis")]
    public async Task The_number_of_workers_the_store_and_the_transport_never_change_what_is_trained(string method, string fewUse, string manyUse)
    {
        var images = TestImages.Make(_folder);

        var hashes = new List<string>();
        foreach (var (workers, store, transport) in new[]
        {
            (1, TestStore.Embedded, fewUse), (2, TestStore.Redis, fewUse), (3, TestStore.Embedded, manyUse), (4, TestStore.Redis, manyUse),
        })
        {
            await using var fleet = await TestFleet.StartAsync(_folder, store);
            fleet.AddWorkers(workers);
            var job = await fleet.SubmitAsync(JobOf(images, method, workers, transport: transport));
            var (end, steps) = await fleet.FollowAsync(job.Id);
            end.State.ShouldBe(TrainingJob.Types.State.Succeeded, end.Message);
            end.Result.Workers.Count.ShouldBe(workers);
            steps.Count.ShouldBe(6);
            hashes.Add(end.Result.StateHash);
        }

        hashes.Distinct().ShouldHaveSingleItem();
    }

    internal static TrainingJobSpec JobOf(string images, string method, int workers, int steps = 6, string transport = "redis") => new()
    {
        Data = new() { Path = images, ImageSize = 32 },
        Method = method == "moco"
            ? new() { Name = method, Parameters = { { "memoryBankSize", 256 } } }
            : new() { Name = method },
        Backbone = new() { Name = "resnet-9", Width = 0.125 },
        Train = new() { BatchSize = 64, Shards = 4, Steps = steps, Seed = 7 },
        Workers = new() { Min = 1, Max = workers },
        Sync = new() { Transport = transport },
    };
}
