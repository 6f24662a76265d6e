using LightlyCluster.Fleet.Redis;
using LightlyCluster.FleetRuns.Tests;

namespace LightlyCluster.Transports.Tests;

/// <summary>A redis-server and an embedded store for all tests of a class; each test has keys of its own.</summary>
public sealed class TransportStores : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;
    private readonly Dictionary<string, TestStore> _stores = new(StringComparer.Ordinal);
    private int _tests;

    public async ValueTask InitializeAsync()
    {
        foreach (var kind in new[] { TestStore.Redis, TestStore.Embedded })
        {
            _stores.Add(kind, await TestStore.StartAsync(kind, Directory.CreateDirectory(Path.Combine(_folder, kind)).FullName));
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values)
        {
            await store.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The store that a transport uses, for one test.</summary>
    internal RedisEndpoints For(string kind)
    {
        var store = _stores[TransportKind.StoreOf(kind)];
        return new(store.Meta, store.Data, $"test{++_tests}");
    }
}
