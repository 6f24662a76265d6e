using LightlyCluster.Fleet.Sharding;

namespace LightlyCluster.Worker.Steps;

/// <summary>Loads the images of the next shards while the ones before are computed.</summary>
/// <remarks>
/// What a shard's images are is a function of step and shard, so loading early, twice or in vain changes nothing. A change of the plan
/// only changes what is loaded next; what has been decoded for nobody stays in the loader's cache as far as that has room.
/// </remarks>
/// <param name="loadAsync">Loads the images of a shard in a step, on other threads; called from one thread at a time.</param>
/// <param name="stepsTotal">Steps from which on nothing is loaded ahead.</param>
internal sealed class LoadAhead(Func<long, int, CancellationToken, Task<LoadedShard>> loadAsync, long stepsTotal) : IAsyncDisposable
{
    /// <summary>Shards that are loaded while another one is computed: so many are in memory beside it.</summary>
    private const int ShardsAhead = 2;

    private readonly Dictionary<(long Step, int Shard), Task<LoadedShard>> _loads = [];
    private readonly List<Task> _dropped = [];
    private readonly CancellationTokenSource _end = new();
    private ShardRange _expected;

    /// <summary>Says which shards will be taken from now on, in their order, step after step.</summary>
    public void Expect(ShardRange range) => _expected = range;

    /// <summary>The images of a shard, expected or not; starts loading those that follow. One call at a time.</summary>
    public async Task<LoadedShard> TakeAsync(long step, int shard, CancellationToken cancellationToken)
    {
        // A failure that was met ahead may be over by now.
        var load = _loads.Remove((step, shard), out var early) && !early.IsFaulted ? early : loadAsync(step, shard, _end.Token);
        Follow(step, shard);
        try
        {
            return await load.WaitAsync(cancellationToken);
        }
        finally
        {
            if (!load.IsCompleted)
            {
                _dropped.Add(load);
            }
        }
    }

    /// <summary>Ends what is under way and waits for it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (var load in _loads.Values.Concat(_dropped))
        {
            await load.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _loads.Clear();
        _dropped.Clear();
        _end.Dispose();
    }

    private void Follow(long step, int shard)
    {
        if (!_expected.Contains(shard))
        {
            // Computed for another worker: own shards follow as before.
            return;
        }

        var next = Next(step, shard).ToArray();
        foreach (var (key, load) in _loads.Where(entry => !next.Contains(entry.Key)).ToArray())
        {
            _loads.Remove(key);
            _dropped.Add(load);
        }

        _dropped.RemoveAll(load => load.IsCompleted);
        foreach (var key in next.Where(key => !_loads.ContainsKey(key)))
        {
            _loads.Add(key, loadAsync(key.Step, key.Shard, _end.Token));
        }
    }

    private IEnumerable<(long Step, int Shard)> Next(long step, int shard)
    {
        var range = _expected;
        for (var ahead = 1; ahead <= Math.Min(ShardsAhead, range.Count); ahead++)
        {
            var place = shard - range.Start + ahead;
            if (step + (place / range.Count) is var later && later < stepsTotal)
            {
                yield return (later, range.Start + (place % range.Count));
            }
        }
    }
}
