using System.Collections.Concurrent;
using System.Diagnostics;

namespace LightlyCluster.Benchmarks.Exchange;

/// <summary>How often something was done and how long it took. Calls overlap, so that their times do not add up to a round.</summary>
internal sealed class CallTimes
{
    private readonly ConcurrentDictionary<string, (int Count, double Milliseconds)> _calls = new(StringComparer.Ordinal);

    /// <summary>Times a call.</summary>
    public async Task<T> MeasureAsync<T>(string name, Func<Task<T>> callAsync)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = await callAsync();
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        _calls.AddOrUpdate(name, (1, elapsed), (_, before) => (before.Count + 1, before.Milliseconds + elapsed));
        return answer;
    }

    /// <summary>Times a call without an answer.</summary>
    public Task MeasureAsync(string name, Func<Task> callAsync) => MeasureAsync(name, async () =>
    {
        await callAsync();
        return true;
    });

    /// <summary>Calls a round and their mean time.</summary>
    public string Describe(int rounds) => string.Join(
        ", ", _calls.OrderBy(entry => entry.Key).Select(entry => $"{entry.Key} {(double)entry.Value.Count / rounds:F1} x {entry.Value.Milliseconds / entry.Value.Count:F2} ms"));
}
