using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Coordinator.Dashboard;

/// <summary>What a page is told while it is open: the fleet and its jobs when they change, steps as they are committed.</summary>
internal sealed class DashboardFeed(
    FleetReader fleet, JobDetailReader details, TraceReader traces, JobCatalog catalog, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    /// <summary>Pages that are served at once.</summary>
    public const int StreamsMaximum = 256;

    private const int BeatsMaximum = 20;

    /// <summary>JSON as pages read it.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private int _streams;

    /// <summary>Takes a place; false when there is none left.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _streams) <= StreamsMaximum)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Events from a position on, until the page is closed or this coordinator stops. Gives the place back.</summary>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        FeedPosition position, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        var seenTraces = position.Jobs.ToDictionary(job => job, _ => new Dictionary<long, int>(), StringComparer.Ordinal);
        var quiet = 0;
        try
        {
            while (!stop.IsCancellationRequested)
            {
                var fresh = await NewsAsync(position, caller, seen, seenTraces);
                foreach (var item in fresh)
                {
                    yield return item;
                }

                quiet = fresh.Count == 0 ? quiet + 1 : 0;
                if (quiet == BeatsMaximum)
                {
                    quiet = 0;
                    yield return new("{}", "beat");
                }

                await Task.Delay(Interval, clock, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
        finally
        {
            Leave();
        }
    }

    private async Task<IReadOnlyList<SseItem<string>>> NewsAsync(
        FeedPosition position, Caller caller, Dictionary<string, string> seen, Dictionary<string, Dictionary<long, int>> seenTraces)
    {
        var news = new List<SseItem<string>>();
        try
        {
            Add("fleet", JsonSerializer.Serialize(fleet.Read(caller), Json), "fleet");
            foreach (var job in position.Jobs)
            {
                if (catalog.Find(job, caller) is null || await details.ReadAsync(job) is not { } detail)
                {
                    Add($"gone {job}", JsonSerializer.Serialize(new { id = job }, Json), "gone");
                    continue;
                }

                Add($"job {job}", JsonSerializer.Serialize(detail, Json), "job");
                news.AddRange(traces.News(job, seenTraces[job]).Select(trace =>
                    new SseItem<string>(JsonSerializer.Serialize(new { id = job, trace }, Json), "trace")));
                if (catalog.Find(job)?.Step >= position[job] && await details.ReadSeriesAsync(job, position[job]) is { Step.Count: > 0 } series)
                {
                    position[job] = series.Next;
                    news.Add(new(JsonSerializer.Serialize(new { id = job, series }, Json), "steps") { EventId = position.ToString() });
                }
            }
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            Add("store", "{}", "away");
        }

        return news;

        void Add(string key, string json, string type)
        {
            if (seen.GetValueOrDefault(key) != json)
            {
                seen[key] = json;
                news.Add(new(json, type));
            }
        }
    }

    private void Leave() => Interlocked.Decrement(ref _streams);
}
