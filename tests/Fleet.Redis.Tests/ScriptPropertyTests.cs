using CsCheck;
using LightlyCluster.Fleet.Redis.Tests.Model;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.FleetRuns.Tests;
using LightlyCluster.TestSupport;

namespace LightlyCluster.Fleet.Redis.Tests;

/// <summary>Random sequences of calls get the same answers and leave the same traces as in the model in memory.</summary>
public abstract class ScriptPropertyTests : IAsyncLifetime
{
    /// <summary>Sequences a run; LIGHTLY_PROPERTY_SEQUENCES sets another number.</summary>
    private const int Sequences = 250;

    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private readonly string _kind;
    private readonly MemoryFleetStore _model = new(TimeProvider.System);
    private TestStore? _server;
    private RedisConnections? _connections;
    private int _jobs;

    private protected ScriptPropertyTests(string kind) => _kind = kind;

    public async ValueTask InitializeAsync()
    {
        _server = await TestStore.StartAsync(_kind, _folder);
        _connections = await RedisConnections.ConnectAsync(new(_server.Meta, _server.Data, "test"), "tests");
    }

    public async ValueTask DisposeAsync()
    {
        await (_connections?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Every_script_answers_as_the_model_does()
    {
        var store = new RedisFleetStore(_connections!);
        var sequences = long.Parse(Environment.GetEnvironmentVariable("LIGHTLY_PROPERTY_SEQUENCES") ?? $"{Sequences}");

        await StoreCalls.Sequence.SampleAsync(
            calls => CompareAsync(store, $"job{++_jobs}", calls, StoreView.RequireInvariantsAsync), iter: sequences, threads: 1,
            print: calls => string.Join('\n', calls.AsEnumerable()));
    }

    [Fact]
    public async Task Scripts_of_blocks_answer_as_the_model_does()
    {
        var store = new RedisFleetStore(_connections!);
        var sequences = long.Parse(Environment.GetEnvironmentVariable("LIGHTLY_PROPERTY_SEQUENCES") ?? $"{Sequences / 2}");

        await StoreCalls.BlockSequence.SampleAsync(
            calls => CompareAsync(store, $"job{++_jobs}", calls, StoreView.RequireBlockInvariantsAsync), iter: sequences, threads: 1,
            print: calls => string.Join('\n', calls.AsEnumerable()));
    }

    private async Task CompareAsync(RedisFleetStore store, string job, StoreCall[] calls, Func<IFleetStore, string, Task> requireInvariantsAsync)
    {
        var (term, generation) = (0L, 0L);
        foreach (var call in calls)
        {
            var expected = await call.RunAsync(_model, job);
            var actual = await call.RunAsync(store, job);

            actual.ShouldBe(expected, call.Description);
            if (await store.Jobs.ReadAsync(job) is not { } record)
            {
                (term, generation) = (0, 0);
                continue;
            }

            (record.Term >= term && record.Generation >= generation).ShouldBeTrue("term and generation never decrease (I6)");
            (term, generation) = (record.Term, record.Generation);
        }

        (await StoreView.OfAsync(store, job)).ShouldBe(await StoreView.OfAsync(_model, job));
        await requireInvariantsAsync(store, job);
    }
}
