using LightlyCluster.Protocol.V1;

namespace LightlyCluster.FleetRuns.Tests;

/// <summary>Two fleets that run many small jobs one after the other: one of a single worker, one of three.</summary>
public sealed class SharedFleets : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private TestFleet? _one;
    private TestFleet? _three;
    private string _images = "";

    public async ValueTask InitializeAsync()
    {
        _images = TestImages.Make(_folder, imagesPerClass: 20);
        _one = await TestFleet.StartAsync(_folder);
        _three = await TestFleet.StartAsync(_folder);
        _one.AddWorkers(1);
        _three.AddWorkers(3);
    }

    public async ValueTask DisposeAsync()
    {
        await _one!.DisposeAsync();
        await _three!.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>A small job; its sizes are those that the method has.</summary>
    internal TrainingJobSpec JobOf(string method, string loss = "", string regularizer = "")
    {
        var spec = new TrainingJobSpec
        {
            Data = new() { Path = _images, ImageSize = 32 },
            Method = new() { Name = method, Loss = loss },
            Backbone = new() { Name = "resnet-9", Width = 0.0625 },
            Train = new() { BatchSize = 32, Shards = 4, Steps = 3, Seed = 7 },
            Evaluate = new() { Knn = false },
        };
        if (regularizer.Length > 0)
        {
            spec.Method.Regularizers.Add(new RegularizerSpec { Name = regularizer });
        }

        foreach (var (name, size) in SmallSizes.Of(method))
        {
            spec.Method.Parameters[name] = size;
        }

        if (method is "swav" or "dino")
        {
            (spec.Transforms ??= new()).Overrides["nLocalViews"] = 2;
        }

        return spec;
    }

    /// <summary>Runs a job on the fleet of one worker, or on that of three.</summary>
    internal async Task<TrainingJob> RunAsync(TrainingJobSpec spec, int workers)
    {
        var fleet = workers == 1 ? _one! : _three!;
        var own = spec.Clone();
        own.Workers = new() { Min = workers, Max = workers };
        var job = await fleet.SubmitAsync(own);
        var (end, _) = await fleet.FollowAsync(job.Id, timeoutSeconds: 120);
        return end;
    }
}
