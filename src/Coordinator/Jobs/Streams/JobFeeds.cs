using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>One <see cref="JobFeed"/> for each job that somebody follows.</summary>
internal sealed class JobFeeds(IJobStore store, JobReader reader, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>Runs something that follows a job.</summary>
    public async Task FollowAsync(string job, Func<JobFeed, Task> follow)
    {
        var entry = Enter(job);
        try
        {
            await follow(await entry.Feed);
        }
        finally
        {
            await LeaveAsync(job, entry);
        }
    }

    private Entry Enter(string job)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(job, out var entry) || entry.HasFailed)
            {
                _entries[job] = entry = new(mine => StartAsync(job, mine));
            }

            entry.Followers++;
            return entry;
        }
    }

    private async Task<JobFeed> StartAsync(string job, Entry entry)
    {
        try
        {
            var feed = new JobFeed(job, store, reader, clock, () => entry.HasFailed = true);
            await feed.StartAsync();
            return feed;
        }
        catch
        {
            entry.HasFailed = true;
            throw;
        }
    }

    private async Task LeaveAsync(string job, Entry entry)
    {
        lock (_lock)
        {
            if (--entry.Followers > 0)
            {
                return;
            }

            if (_entries.GetValueOrDefault(job) == entry)
            {
                _entries.Remove(job);
            }
        }

        if (entry.Feed.IsCompletedSuccessfully)
        {
            await (await entry.Feed).DisposeAsync();
        }
    }

    private sealed class Entry
    {
        private volatile bool _hasFailed;

        public Entry(Func<Entry, Task<JobFeed>> start) => Feed = start(this);

        public Task<JobFeed> Feed { get; }

        public int Followers { get; set; }

        /// <summary>Whether META did not answer: who comes next begins anew.</summary>
        public bool HasFailed
        {
            get => _hasFailed;
            set => _hasFailed = value;
        }
    }
}
