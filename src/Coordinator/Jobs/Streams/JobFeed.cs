using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs.Streams;

/// <summary>Looks at one job for everybody who follows it, so that META is asked once, however many follow.</summary>
/// <remarks>Holds the newest rows only: whoever is further behind reads from META, at the own pace.</remarks>
internal sealed class JobFeed : IAsyncDisposable
{
    private const int RowsKept = 256;
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    private readonly string _job;
    private readonly IJobStore _store;
    private readonly JobReader _reader;
    private readonly FeedRows _rows;
    private readonly TimeProvider _clock;
    private readonly Action _fail;
    private readonly CancellationTokenSource _stop = new();
    private volatile TaskCompletionSource _changed = NewSignal();
    private volatile FeedState _now = FeedState.Nothing;
    private Task _looking = Task.CompletedTask;

    /// <summary>Prepares a feed; <see cref="StartAsync"/> looks for the first time.</summary>
    /// <param name="job">The job.</param>
    /// <param name="store">Where it is.</param>
    /// <param name="reader">Makes snapshots.</param>
    /// <param name="clock">Gives the time.</param>
    /// <param name="fail">Called when META stops answering, or gives what cannot be read; the feed ends then.</param>
    public JobFeed(string job, IJobStore store, JobReader reader, TimeProvider clock, Action fail)
    {
        (_job, _store, _reader, _clock, _fail) = (job, store, reader, clock, fail);
        _rows = new(store, job);
    }

    /// <summary>The job now.</summary>
    public FeedState Now => _now;

    /// <summary>Looks for the first time and goes on looking.</summary>
    public async Task StartAsync()
    {
        var events = await _store.SubscribeAsync(_job);
        try
        {
            await LookAsync();
        }
        catch
        {
            await events.DisposeAsync();
            throw;
        }

        _looking = RunAsync(events);
    }

    /// <summary>Waits until the job is not as it was seen, at most <paramref name="longest"/>.</summary>
    /// <exception cref="StoreAwayException">META does not answer.</exception>
    public async Task<FeedState> ChangedAsync(FeedState seen, TimeSpan longest, CancellationToken cancellationToken)
    {
        var signal = _changed;
        if (ReferenceEquals(_now, seen))
        {
            try
            {
                await signal.Task.WaitAsync(longest, _clock, cancellationToken);
            }
            catch (TimeoutException)
            {
                // Nothing happened.
            }
        }

        return _now;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _looking;
        _stop.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync(IJobEvents events)
    {
        await using var subscription = events;
        var interval = IJobEvents.LongestWait;
        try
        {
            while (_now.Record is not null)
            {
                await events.WaitAsync(interval, _stop.Token);
                await Task.Delay(ShortestInterval, _clock, _stop.Token);

                // Hints come with every change; the longer nothing changes, the rarer a look without one.
                interval = await LookAsync() ? IJobEvents.LongestWait : TimeSpan.FromTicks(Math.Min(LongestInterval.Ticks, interval.Ticks * 5 / 4));
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody follows any more.
        }
#pragma warning disable CA1031 // The end of the loop: whatever it is is told to everybody who follows.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _fail();
            var signal = _changed;
            signal.TrySetException(error);

            // Observed here in case that nobody waits.
            _ = signal.Task.Exception;
        }
    }

    private async Task<bool> LookAsync()
    {
        var before = _now;
        var record = await _store.ReadAsync(_job);
        if (record is null)
        {
            Publish(FeedState.Nothing with { View = "gone" });
            return true;
        }

        var steps = await _rows.ReadStepsAsync(record, before.Steps is [.., var step] ? step.Step + 1 : Math.Max(1, record.Step - RowsKept + 1));
        var lines = await ReadLinesAsync(before.Lines is [.., var line] ? line.Sequence + 1 : 1);
        var view = $"{record.State}|{record.Generation}|{record.Reason}|{record.Message}|{record.StepsTotal}|{record.Etag}";
        var isWaitingForRows = before is { IsOver: true, IsComplete: false };
        if (view == before.View && steps.Count == 0 && lines.Count == 0 && !isWaitingForRows)
        {
            return false;
        }

        var snapshot = view == before.View && !isWaitingForRows && before.Snapshot is { } known ? known : await _reader.ReadAsync(record);
        Publish(new(record, snapshot, view, Keep(before.Steps, steps), Keep(before.Lines, lines)));
        return true;
    }

    private async Task<IReadOnlyList<LogLine>> ReadLinesAsync(long firstSequence)
    {
        var all = new List<LogLine>();
        IReadOnlyList<LogLine> page;
        do
        {
            page = await _rows.ReadLinesAsync(all is [.., var last] ? last.Sequence + 1 : firstSequence);
            all.AddRange(page);
        }
        while (page.Count == FeedRows.PageRows);

        return all;
    }

    private static IReadOnlyList<T> Keep<T>(IReadOnlyList<T> before, IReadOnlyList<T> news) =>
        news.Count == 0 ? before : [.. before.Concat(news).TakeLast(RowsKept)];

    private void Publish(FeedState state)
    {
        _now = state;
        Interlocked.Exchange(ref _changed, NewSignal()).TrySetResult();
    }
}
